import { EXIT } from '../command.ts'
import { openPortal } from '../portal/portal.ts'
import { Left, Prompt } from '../terminal/prompt.ts'
import { bold, say } from '../terminal/screen.ts'
import { enroll } from './enroll.ts'
import { home } from './home.ts'
import { enter, logIn } from './log-in.ts'
import { choose } from './menu.ts'
import { signUp } from './sign-up.ts'
import type { Walker } from './walker.ts'

/** The walk with questions and answers: ends when the user leaves, and then well. */
export async function walk(folder: string | undefined): Promise<number> {
  const portal = await openPortal(folder)
  const walker: Walker = { portal, prompt: new Prompt(process.stdout) }
  say(bold('keystep: a small portal with a second factor, in your terminal.'))
  say(`All of it is kept in ${portal.folder.path}. Ctrl-C leaves at any time.`)
  try {
    if (portal.accounts.names().length === 0) await firstTime(walker)
    for (;;) await entrance(walker)
  } catch (error) {
    if (!(error instanceof Left)) throw error
    say('', 'Goodbye. Everything is kept: come back any time.')
    return EXIT.accepted
  } finally {
    walker.prompt.close()
  }
}

/** The first visit goes straight through: an account, a second factor, and then the portal. */
async function firstTime(walker: Walker): Promise<void> {
  say('', 'There is no account yet, so the first step is to make one.')
  await settleIn(walker)
}

async function settleIn(walker: Walker): Promise<void> {
  const account = await signUp(walker)
  const guest = await enter(walker, account)
  if (!guest) return
  say('', `Your account is made, ${account.name}, and you are logged in. Next, the second factor.`)
  await enroll(guest)
  say('', 'Log out and in again to see it at work.')
  await home(guest)
}

async function entrance(walker: Walker): Promise<void> {
  const names = walker.portal.accounts.names()
  say(
    '',
    `${names.length === 1 ? 'There is one account' : 'Accounts'}: ${names.slice(0, 10).join(', ')}`,
  )
  if (
    (await choose(walker.prompt, [
      ['in', 'Log in'],
      ['new', 'Make another account'],
    ])) === 'new'
  )
    return settleIn(walker)
  const guest = await logIn(walker)
  if (guest) await home(guest)
}
