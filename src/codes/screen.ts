import type { FactorKind } from '../record/events.ts'
import { rejected } from '../record/outcome.ts'
import type { Settings } from '../record/settings.ts'
import type { Subject } from '../record/subject.ts'
import { type CounterName, gateOf } from '../record/throttle.ts'
import { isLiveChallenge } from '../tokens/spent.ts'
import type { Refusal } from './debit.ts'
import { SMS_CODE_DIGITS, type TypedCode } from './recognize.ts'
import type { Attempt, Trial } from './trial.ts'

/**
 * A code that may be compared, as a trial; or why it is not. The checks come in this order:
 * expired, malformed, unavailable; a lock or stop stands before the codes that can be guessed alone
 * (V19).
 */
export function screen(
  settings: Settings,
  tried: Attempt,
  typed: TypedCode | null,
  at: { readonly subject: Subject | null; readonly now: number },
): Trial | Refusal {
  const { subject, now } = at
  if (!subject || !isLiveChallenge(subject, tried.claims, now)) return rejected('expired')
  if (!typed) return rejected('malformed_code')
  if (typed.shape === 'support_code' && !tried.takesSupportCode)
    return rejected('factor_unavailable')
  const trial: Trial = { settings, tried, subject, typed, now }
  const misfit = misfitOf(trial)
  if (misfit) return rejected(misfit)
  const counter = counterOf(subject, typed)
  return (counter && shut(trial, counter)) ?? trial
}

/**
 * The counter that a wrong code is debited to. Null for the codes that keystep made: 75 and 100
 * random bits cannot be guessed (63B-4 3.2.2 limits what is under 64), so that a lock before them
 * would keep out nobody but the owner.
 */
export function counterOf({ backupCodes }: Subject, { shape }: TypedCode): CounterName | null {
  if (shape === 'digits') return 'codes'
  return shape === 'backup_code' && backupCodes?.imported ? 'recovery' : null
}

/** The lock or stop of a counter as an answer, or null while it is open. */
export function shut({ settings, subject, now }: Trial, counter: CounterName): Refusal | null {
  const gate = gateOf(subject.attempts[counter], now, settings.limits)
  return gate === 'open' ? null : { outcome: 'rejected', ...gate }
}

/**
 * Whether a user can have typed this at all: digits of a length that none of the asked factors has
 * are a slip, and no attempt; a code of a factor that is not there is unavailable. Null when it may
 * be looked at.
 */
function misfitOf(trial: Trial): 'malformed_code' | 'factor_unavailable' | null {
  const { settings, tried, subject, typed, now } = trial
  if (typed.shape === 'backup_code') return subject.backupCodes ? null : 'factor_unavailable'
  if (typed.shape === 'support_code') {
    const { support } = subject
    return support && !support.redeemed && support.expiresAt > now ? null : 'factor_unavailable'
  }
  const lengths = digitLengths(subject, tried.factor, settings.sms !== null)
  if (lengths.length === 0) return 'factor_unavailable'
  return lengths.includes(typed.text.length) ? null : 'malformed_code'
}

function digitLengths(subject: Subject, factor: FactorKind | undefined, hasSms: boolean): number[] {
  return subject.factors.flatMap((one) => {
    if (factor !== undefined && one.kind !== factor) return []
    if (one.kind === 'totp') return one.digits
    return hasSms ? SMS_CODE_DIGITS : []
  })
}
