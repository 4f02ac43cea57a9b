import type { Secret, TotpEnrollment } from 'keystep'
import { drawQr } from '../terminal/qr-drawing.ts'
import { bold, say, write } from '../terminal/screen.ts'
import { explain } from '../words.ts'
import { showBackupCodes } from './backup-codes.ts'
import { stepUp } from './step-up.ts'
import type { Guest } from './walker.ts'

type BackupCodes = Secret<readonly string[]>

/**
 * Adds an authenticator: QR code and key, the first code, and backup codes with the first
 * authenticator.
 */
export async function enroll(guest: Guest): Promise<void> {
  const { portal, account, session } = guest
  const permit = await stepUp(guest)
  if (permit === null) return
  const begun = await portal.twoFactor.totp.enroll({ ...session, permit, account: account.name })
  if (begun.outcome === 'rejected') {
    say(explain(begun))
    return
  }
  say('', 'No phone at hand? In another terminal: npm run cli -- watch, and give it the key.')
  const codes = await confirm(guest, begun)
  if (codes === null) return
  portal.accounts.setEnrolled(session.userId, true)
  say('', bold('Two-factor is on.'))
  if (codes) await showBackupCodes(guest, codes)
}

/**
 * Draws, asks, and after a typo draws again: nothing is lost until the 10 minutes are over. Null
 * when the user gives up.
 */
async function confirm(
  { portal, prompt, session }: Guest,
  { enrollment }: TotpEnrollment,
): Promise<BackupCodes | undefined | null> {
  const { totp } = portal.twoFactor
  for (let notice = 'Scan this with an authenticator app on your phone, or type the key.'; ;) {
    const pending = await totp.pending({ ...session, enrollment })
    if (pending.outcome === 'rejected') return giveUp(explain(pending))
    const isDrawn = show(pending)
    say(notice)
    const code = await prompt.ask(
      `First code of the app (${isDrawn ? 'Enter gives up' : 'Enter looks again, q gives up'}): `,
    )
    if (code === (isDrawn ? '' : 'q'))
      return giveUp('Nothing was changed: two-factor is as it was.')
    if (code === '') continue
    const confirmed = await totp.confirm({ ...session, enrollment, code })
    if (confirmed.outcome === 'accepted') return confirmed.backupCodes ?? undefined
    notice = explain(confirmed)
  }
}

function giveUp(why: string): null {
  say(why)
  return null
}

/**
 * The key first, so that the picture, a notice and the question fit a window of 24 rows together.
 */
function show({ keyUri, manualKey }: TotpEnrollment): boolean {
  const { lines, fault } = drawQr(keyUri)
  say(`Key: ${bold(manualKey.reveal())}`)
  if (lines) write(`${lines.join('\n')}\n`)
  else say(fault)
  return lines !== null
}
