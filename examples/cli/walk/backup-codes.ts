import type { Secret } from 'keystep'
import { columns, say } from '../terminal/screen.ts'
import { stepUp } from './step-up.ts'
import type { Guest } from './walker.ts'

/** New backup codes in place of the old ones. */
export async function regenerateBackupCodes(guest: Guest): Promise<void> {
  const permit = await stepUp(guest)
  if (permit === null) return
  const made = await guest.portal.twoFactor.backupCodes.regenerate({ ...guest.session, permit })
  if (made.outcome === 'accepted') {
    say('', 'The old backup codes have ended.')
    await showBackupCodes(guest, made.backupCodes)
  } else {
    say('Backup codes come with two-factor, and that is off.')
  }
}

/** Shows the codes, this once. */
export async function showBackupCodes(
  { prompt }: Guest,
  backupCodes: Secret<readonly string[]>,
): Promise<void> {
  const codes = backupCodes.reveal()
  say(
    '',
    'Your backup codes, for the day without your phone. Each is good once. They are shown now and never again: write them down.',
    '',
  )
  const inRow = columns() >= 2 * (codes[0]!.length + 4) ? 2 : 1
  for (let i = 0; i < codes.length; i += inRow) say(`    ${codes.slice(i, i + inRow).join('    ')}`)
  await prompt.ask('\nPress Enter when you have them. ')
}
