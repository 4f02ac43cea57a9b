import { type Command, DATA } from '../command.ts'
import { permitted, rejectedAs, signedIn } from './signed-in.ts'

export const disable: Command = {
  positionals: [],
  summary: 'switch two-factor off',
  details: ['Removes every authenticator and backup code. Needs a session and a code.'],
  options: { code: { value: 'CODE', help: 'a code of the app, or a backup code' }, ...DATA },
  run: (call) =>
    signedIn(call, (signed) =>
      permitted(call, signed, async (permit) => {
        const { portal, session } = signed
        const removed = await portal.twoFactor.factors.removeAll({ ...session, permit })
        if (removed.outcome === 'rejected')
          return rejectedAs(removed.reason, 'There is nothing to switch off: two-factor is off.')
        portal.accounts.setEnrolled(session.userId, false)
        return {
          outcome: 'accepted',
          lines: ['Two-factor is off. Remove the entry from your app, too.'],
          json: removed,
        }
      }),
    ),
}
