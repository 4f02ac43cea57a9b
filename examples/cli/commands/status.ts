import { type Command, DATA } from '../command.ts'
import { statusLines } from '../status-lines.ts'
import { signedIn } from './signed-in.ts'

export const status: Command = {
  positionals: [],
  summary: 'what is on, how many backup codes are left, what happened',
  details: ['Shows the state of the second factor. Needs a session.'],
  options: DATA,
  run: (call) =>
    signedIn(call, async ({ portal, session }) => {
      const found = await portal.twoFactor.status(session)
      return { outcome: 'accepted', lines: statusLines(found), json: found }
    }),
}
