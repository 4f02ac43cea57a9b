import { say } from '../terminal/screen.ts'
import { stepUp } from './step-up.ts'
import type { Guest } from './walker.ts'

/** Switches two-factor off, all of it. */
export async function disable(guest: Guest): Promise<void> {
  const { portal, session } = guest
  const permit = await stepUp(guest)
  if (permit === null) return
  const removed = await portal.twoFactor.factors.removeAll({ ...session, permit })
  if (removed.outcome === 'accepted') {
    portal.accounts.setEnrolled(session.userId, false)
    say(
      'Two-factor is off: the password alone opens your account. Remove the entry from your app, too.',
    )
  } else {
    say('There is nothing to switch off.')
  }
}
