import { KeystepError } from '../errors.ts'

const SECOND = 1000
const DAY = 86_400 * SECOND

/** Wrong codes of one kind. */
export interface Counter {
  /** Wrong codes in a row. */
  readonly streak: number
  readonly lockedUntil: number
  /** Seconds since 1970 of the wrong codes within 30 days, successes or not. */
  readonly wrongAt: readonly number[]
  /** The hard stop was reached: it does not melt away with the 30 days. */
  readonly stopped: boolean
}

/** Two counters, so that guesses at one kind of code never lock the other. Codes that keystep made are in neither. */
export interface Attempts {
  readonly codes: Counter
  readonly recovery: Counter
  /** Wrong codes of both kinds since the last success. */
  readonly failures: number
  /** Hard stops of `codes` so far: a challenge issued before the last one is over (V20). Counted, since two things can share a millisecond. */
  readonly stops: number
}

/**
 * Which streak of wrong codes: `'codes'` counts whatever has 6 to 8 digits, `'recovery'` backup codes
 * that were imported from another system. Backup and support codes that keystep made are in neither.
 */
export type CounterName = 'codes' | 'recovery'

/** Limits on wrong codes; each can be lowered, none raised or switched off (63B-4 3.2.2). */
export interface Limits {
  /** The wrong code in a row that locks first: the 1st to the 5th, default the 5th. */
  freeAttempts?: number | undefined
  /** Wrong codes in a row before the hard stop, for each of the two counters: 1 to 50, default 50. */
  hardStop?: number | undefined
  /** Wrong codes within 30 days before the hard stop, successes or not: 1 to 100, default 100. */
  monthlyStop?: number | undefined
}

export type ResolvedLimits = { readonly [K in keyof Limits]-?: number }

/** Seconds of the first lock; each further wrong code doubles it, up to the last (63B-4 3.2.2: 30 seconds to an hour). */
const FIRST_LOCK = 30
const LONGEST_LOCK = 3600

const untouched: Counter = { streak: 0, lockedUntil: 0, wrongAt: [], stopped: false }
export const noAttempts: Attempts = { codes: untouched, recovery: untouched, failures: 0, stops: 0 }

export function resolveLimits(limits: Limits = {}): ResolvedLimits {
  return {
    freeAttempts: bounded(limits.freeAttempts, 5),
    hardStop: bounded(limits.hardStop, 50),
    monthlyStop: bounded(limits.monthlyStop, 100),
  }
}

function bounded(value: number | undefined, most: number): number {
  if (value === undefined) return most
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new KeystepError('ERR_OPTION', `a limit is a whole number from 1 to its default, here ${most}: it can be lowered, never raised`)
  }
  return value
}

export type Gate = 'open' | { readonly reason: 'locked'; readonly retryAt: Date } | { readonly reason: 'exhausted' }

/** Whether a code of this counter may be looked at. */
export function gateOf(counter: Counter, now: number, limits: ResolvedLimits): Gate {
  if (isExhausted(counter, limits)) return { reason: 'exhausted' }
  return counter.lockedUntil > now ? { reason: 'locked', retryAt: new Date(counter.lockedUntil) } : 'open'
}

export function isExhausted(counter: Counter, limits: ResolvedLimits): boolean {
  return counter.stopped || counter.streak >= limits.hardStop
}

function recent(counter: Counter, now: number): readonly number[] {
  const from = (now - 30 * DAY) / SECOND
  return counter.wrongAt.filter((at) => at > from)
}

export interface Miss {
  readonly attempts: Attempts
  readonly attemptsLeft: number
  readonly retryAt: Date | null
  readonly exhausted: boolean
}

/** Debits one wrong code. */
export function miss(attempts: Attempts, name: CounterName, now: number, limits: ResolvedLimits): Miss {
  const before = attempts[name]
  const streak = before.streak + 1
  const excess = streak - limits.freeAttempts
  const lockedUntil = excess < 0 ? before.lockedUntil : now + Math.min(FIRST_LOCK * 2 ** excess, LONGEST_LOCK) * SECOND
  const wrongAt = [...recent(before, now), Math.floor(now / SECOND)]
  const exhausted = streak >= limits.hardStop || wrongAt.length >= limits.monthlyStop
  return {
    attempts: {
      ...attempts,
      [name]: { streak, lockedUntil, wrongAt, stopped: exhausted },
      failures: attempts.failures + 1,
      stops: attempts.stops + (exhausted && name === 'codes' ? 1 : 0),
    },
    attemptsLeft: exhausted ? 0 : Math.max(0, Math.min(-excess, limits.hardStop - streak, limits.monthlyStop - wrongAt.length)),
    retryAt: excess < 0 || exhausted ? null : new Date(lockedUntil),
    exhausted,
  }
}

/** A right TOTP or SMS code ends the streak of `codes`; the 30-day count goes on. */
export function succeed(attempts: Attempts): Attempts {
  if (attempts.failures === 0) return attempts
  return { ...attempts, codes: { ...attempts.codes, streak: 0, lockedUntil: 0 }, failures: 0 }
}

/**
 * A right backup or support code ends both streaks, and lifts a hard stop of `codes`. The 30-day count goes on, unless it was what had
 * stopped: then it begins anew, or the next slip would stop again.
 */
export function recover(attempts: Attempts, now: number, limits: ResolvedLimits): Attempts {
  const { codes, recovery } = attempts
  const wrongAt = recent(codes, now).length < limits.monthlyStop ? codes.wrongAt : []
  return { ...attempts, codes: { ...untouched, wrongAt }, recovery: { ...recovery, streak: 0, lockedUntil: 0 }, failures: 0 }
}

/** New backup codes or a support code give the recovery counter a new start, and no other. */
export function restartRecovery(attempts: Attempts): Attempts {
  return { ...attempts, recovery: untouched }
}
