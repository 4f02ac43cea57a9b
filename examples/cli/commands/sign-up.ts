import { type Command, DATA, UsageError } from '../command.ts'
import { faultOfName, faultOfPassword } from '../portal/accounts.ts'
import { openPortal } from '../portal/portal.ts'
import { readPassword } from '../secret-input.ts'
import { rejectedAs } from './signed-in.ts'

export const signUp: Command = {
  positionals: ['NAME'],
  summary: 'make an account',
  details: [
    'Makes an account. The password comes from KEYSTEP_DEMO_PASSWORD, or is asked for, or is a line of stdin.',
  ],
  options: DATA,
  async run(call) {
    const [name = ''] = call.positionals
    const password = await readPassword(call, 'New password (not shown): ')
    const fault = faultOfName(name) ?? faultOfPassword(password)
    if (fault) throw new UsageError(fault)
    const { accounts } = await openPortal(call.values['data'])
    const account = await accounts.create(name, password)
    if (!account) return rejectedAs('name_taken', 'There is an account of that name already.')
    const lines = [`The account ${name} is made. Next: login ${name}`]
    return { outcome: 'accepted', lines, json: { outcome: 'accepted', userId: account.id } }
  },
}
