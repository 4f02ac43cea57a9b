import { type Command, DATA } from '../command.ts'
import { permitted, rejectedAs, signedIn } from './signed-in.ts'

export const backupCodes: Command = {
  positionals: [],
  summary: 'make new backup codes in place of the old ones',
  details: [
    'Makes a new set of backup codes; the old ones end. They are shown this once. Needs a session and a code.',
  ],
  options: { code: { value: 'CODE', help: 'a code of the app, or a backup code' }, ...DATA },
  run: (call) =>
    signedIn(call, (signed) =>
      permitted(call, signed, async (permit) => {
        const made = await signed.portal.twoFactor.backupCodes.regenerate({
          ...signed.session,
          permit,
        })
        if (made.outcome === 'rejected')
          return rejectedAs(made.reason, 'Backup codes come with two-factor, and that is off.')
        const codes = made.backupCodes.reveal()
        const lines = ['Backup codes, each good once, shown this once:', ...codes]
        return { outcome: 'accepted', lines, json: { outcome: 'accepted', backupCodes: codes } }
      }),
    ),
}
