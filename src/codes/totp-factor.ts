import { encodeBase64url, decodeBase64url } from '../crypto/base64url.ts'
import { type OtpKey as Key, OtpKey, totpStep } from '../otp/index.ts'
import { matchCounters } from '../otp/match-counters.ts'
import type { Settings } from '../record/settings.ts'
import type { TotpFactor } from '../record/subject.ts'
import { CLOCK_TOLERANCE } from '../record/clock.ts'

type Window = Settings['totp']['window']

/** Learned drift goes no further than this many steps from now. */
const MOST_DRIFT = 2

/** The step at an instant, in a factor's own period. */
export function stepAt(factor: Pick<TotpFactor, 'periodSeconds'>, now: number): number {
  return totpStep({ at: new Date(now), periodSeconds: factor.periodSeconds })
}

/**
 * The steps whose codes count now, ascending: the window around now and, once drift is learned, the
 * drift and its own neighbors, so that a slow clock costs two more candidates at most (RFC 6238 6).
 */
export function candidateSteps(factor: TotpFactor, window: Window, now: number): number[] {
  const current = stepAt(factor, now)
  const first = current + Math.min(-window.past, factor.drift === 0 ? 0 : factor.drift - 1)
  const last = current + Math.max(window.future, factor.drift === 0 ? 0 : factor.drift + 1)
  const steps: number[] = []
  for (let step = Math.max(first, 0); step <= last; step++) steps.push(step)
  return steps
}

/**
 * What a typed code is to a factor: good for a step after the last used one, a step used before, or
 * nothing.
 */
export function matchTotp(
  factor: TotpFactor,
  typed: string,
  window: Window,
  now: number,
): { step: number } | 'used' | null {
  const { algorithm, digits } = factor
  const step = matchCounters(keyOf(factor), typed, candidateSteps(factor, window, now), {
    algorithm,
    digits,
  }).at(-1)
  if (step === undefined) return null
  return step > (factor.lastUsedStep ?? -1) ? { step } : 'used'
}

/**
 * The factor after a success: its step is used, and two successes on one side teach its drift, two
 * at 0 unteach it.
 */
export function useStep(factor: TotpFactor, step: number, now: number): TotpFactor {
  const offset = step - stepAt(factor, now)
  const twice = Math.sign(offset) === Math.sign(factor.lastOffset)
  const drift = twice ? Math.max(-MOST_DRIFT, Math.min(MOST_DRIFT, offset)) : factor.drift
  return { ...factor, lastUsedStep: step, drift, lastOffset: offset }
}

/**
 * Whether a factor's last used step lies in the future: its replay floor would read as a lock that
 * nobody set.
 */
export function isAhead(factor: TotpFactor, window: Window, now: number): boolean {
  const slack =
    Math.ceil(CLOCK_TOLERANCE / 1000 / factor.periodSeconds) + window.future + MOST_DRIFT + 1
  return (factor.lastUsedStep ?? 0) > stepAt(factor, now) + slack
}

export function keyOf(factor: Pick<TotpFactor, 'key'>): Key {
  return OtpKey.fromBytes(decodeBase64url(factor.key)!, { allowShortKey: true })
}

export function keyText(key: Key): string {
  return encodeBase64url(key.revealBytes())
}
