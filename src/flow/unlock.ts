import { rejected, type Change } from '../record/outcome.ts'
import type { Settings } from '../record/settings.ts'
import { type StaffInput, staffOf } from './staff.ts'
import { unlock as unlockAttempts } from '../record/throttle.ts'
import { transact } from '../record/transact.ts'

/** `codesJudged`: wrong codes of the last 30 days, which begin anew. */
export type Unlocked = Change<{ codesJudged: number }, 'not_found'>

/** `recovery.unlock`. */
export async function unlock(settings: Settings, input: StaffInput): Promise<Unlocked> {
  const { actor, reason } = staffOf(input)
  return transact<Unlocked>(settings, {
    userId: input.userId,
    context: input.context,
    // The way out, too, of a lock that a clock ahead of ours has set.
    ignoreClock: true,
    decide: (subject, now) => {
      if (!subject) return { result: rejected('not_found') }
      const { attempts, judged: codesJudged } = unlockAttempts(subject.attempts, now)
      return {
        result: { outcome: 'accepted', codesJudged },
        next: { ...subject, attempts },
        events: [{ type: 'unlocked', actor, reason, codesJudged }],
      }
    },
  })
}
