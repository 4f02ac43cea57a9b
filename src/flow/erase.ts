import { emptied } from './emptied.ts'
import { isWhole, requireThat, type Settings } from '../record/settings.ts'
import { type StaffInput, staffOf } from './staff.ts'
import { stampOf } from '../record/subject.ts'
import { transact } from '../record/transact.ts'

const DAY = 86_400
const KEEP_SECONDS = 90 * DAY

/** Input of `maintenance.erase`. */
export interface EraseInput extends StaffInput {
  /**
   * How long the portal's longest session lives: so long the empty record stays, and tells such a
   * session that it ended. 3,600 to 31,622,400 (366 days), default 7,776,000 (90 days).
   */
  keepSeconds?: number | undefined
}

/** `maintenance.erase`. */
export async function erase(
  settings: Settings,
  input: EraseInput,
): Promise<{ outcome: 'accepted'; securityStamp: string }> {
  const { actor, reason } = staffOf(input)
  const { keepSeconds = KEEP_SECONDS } = input
  requireThat(isWhole(keepSeconds, 3600, 366 * DAY), 'keepSeconds is 3,600 to 31,622,400')
  return transact<{ outcome: 'accepted'; securityStamp: string }>(settings, {
    userId: input.userId,
    context: input.context,
    ignoreClock: true,
    silent: true,
    decide: (subject, now) => {
      const next = emptied(subject, now)
      return {
        result: { outcome: 'accepted', securityStamp: stampOf(next) },
        next,
        events: [{ type: 'erased', actor, reason }],
        keptUntil: now + keepSeconds * 1000,
      }
    },
  })
}
