import type { Rejection } from '../record/outcome.ts'
import type { Settings } from '../record/settings.ts'
import { type Decision, transact } from '../record/transact.ts'
import { refuse } from './debit.ts'
import { rememberDerivation } from './derive.ts'
import { type Accepted, ClockSkew, judge } from './judge.ts'
import { recognize } from './recognize.ts'
import { screen } from './screen.ts'
import { type Attempt, meantBy } from './trial.ts'

/** What follows an accepted code, over the record in which it is used up. */
export type Accept<T> = (accepted: Accepted, now: number) => Decision<T>

/**
 * One code, one verdict: the only way from a typed code to anything. It is recognized by its shape,
 * screened over the record, derived where that takes a slow hash, and judged once.
 *
 * @throws `ERR_CLOCK` where an authenticator's last used step lies ahead, and as `transact`.
 */
export async function attempt<T>(
  settings: Settings,
  tried: Attempt,
  accept: Accept<T>,
): Promise<T | Rejection> {
  const typed = recognize(tried.code, tried.factor)
  const derive = rememberDerivation()
  const verdict = await transact<T | Rejection | ClockSkew>(settings, {
    userId: tried.claims.userId,
    context: tried.context,
    decide: async (subject, now) => {
      const screened = screen(settings, tried, typed, { subject, now })
      if ('outcome' in screened) return refuse(screened, meantBy(tried, typed, subject))
      const { shape, text } = screened.typed
      const derived = shape === 'backup_code' ? await derive(screened.subject, text) : null
      const judged = judge(screened, derived)
      if ('refused' in judged) return judged.refused
      const decision = accept(judged.accepted, now)
      return { ...decision, events: [...judged.accepted.events, ...(decision.events ?? [])] }
    },
  })
  return verdict instanceof ClockSkew ? verdict.raise() : verdict
}
