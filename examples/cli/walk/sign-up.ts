import { type Account, faultOfName, faultOfPassword } from '../portal/accounts.ts'
import { say } from '../terminal/screen.ts'
import type { Walker } from './walker.ts'

/** Makes an account. */
export async function signUp({ portal, prompt }: Walker): Promise<Account> {
  for (;;) {
    const name = await checked(() => prompt.ask('Name for the new account: '), faultOfName)
    const password = await checked(
      () => prompt.askSecret('Password, 8 characters or more (not shown): '),
      faultOfPassword,
    )
    const account = await portal.accounts.create(name, password)
    if (account) return account
    say('There is an account of that name already.')
  }
}

async function checked(
  ask: () => Promise<string>,
  faultOf: (answer: string) => string | null,
): Promise<string> {
  for (;;) {
    const answer = await ask()
    const fault = faultOf(answer)
    if (fault === null) return answer
    say(fault)
  }
}
