import { type Command, DATA } from '../command.ts'
import { signedIn } from './signed-in.ts'

export const logOut: Command = {
  positionals: [],
  summary: 'end the session',
  details: ['Ends the session of the command line.'],
  options: DATA,
  run: (call) =>
    signedIn(call, async ({ portal, session }) => {
      portal.sessions.end(session.sessionId)
      portal.folder.cookie = undefined
      return { outcome: 'accepted', lines: ['You are logged out.'], json: { outcome: 'accepted' } }
    }),
}
