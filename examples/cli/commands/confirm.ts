import { type Command, DATA } from '../command.ts'
import { explain } from '../words.ts'
import { signedIn } from './signed-in.ts'

export const confirm: Command = {
  positionals: ['CODE'],
  summary: 'add the authenticator by its first code; shows backup codes',
  details: [
    'Adds the authenticator that enroll began, by a code of it. Needs a session.',
    'The first authenticator brings backup codes, which are shown this once.',
  ],
  options: DATA,
  run: (call) =>
    signedIn(call, async ({ portal, session }) => {
      const [code = ''] = call.positionals
      const confirmed = await portal.twoFactor.totp.confirm({ ...session, code })
      if (confirmed.outcome === 'rejected')
        return { outcome: 'rejected', lines: [explain(confirmed)], json: confirmed }
      portal.accounts.setEnrolled(session.userId, true)
      portal.sessions.keep({ ...session, enrollment: '' })
      const backupCodes = confirmed.backupCodes?.reveal() ?? null
      const lines = backupCodes
        ? ['Backup codes, each good once, shown this once:', ...backupCodes]
        : []
      const json = { outcome: 'accepted', factorId: confirmed.factorId, backupCodes }
      return { outcome: 'accepted', lines: ['Two-factor is on.', ...lines], json }
    }),
}
