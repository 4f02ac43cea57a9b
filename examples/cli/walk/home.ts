import { statusLines } from '../status-lines.ts'
import { bold, say } from '../terminal/screen.ts'
import { count } from '../words.ts'
import { regenerateBackupCodes } from './backup-codes.ts'
import { disable } from './disable.ts'
import { enroll } from './enroll.ts'
import { choose } from './menu.ts'
import type { Guest } from './walker.ts'

/** The portal from within, until the user logs out. */
export async function home(guest: Guest): Promise<void> {
  const { portal, prompt, account, session } = guest
  for (;;) {
    const status = await portal.twoFactor.status(session)
    const factor = status.enrolled
      ? `on, with ${count(status.backupCodesLeft, 'backup code', 'backup codes')} left`
      : 'off'
    say('', `${bold(`Hello ${account.name}.`)} Two-factor is ${factor}.`)
    const on = [
      ['status', 'Status'],
      ['codes', 'New backup codes'],
      ['off', 'Switch two-factor off'],
    ] as const
    const off = [
      ['on', 'Switch two-factor on'],
      ['status', 'Status'],
    ] as const
    switch (await choose(prompt, [...(status.enrolled ? on : off), ['leave', 'Log out']])) {
      case 'status':
        say('', ...statusLines(status))
        break
      case 'codes':
        await regenerateBackupCodes(guest)
        break
      case 'off':
        await disable(guest)
        break
      case 'on':
        await enroll(guest)
        break
      case 'leave':
        portal.sessions.end(session.sessionId)
        say('You are logged out.')
        return
    }
  }
}
