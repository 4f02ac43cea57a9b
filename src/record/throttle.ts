import { KeystepError } from '../errors.ts'

const SECOND = 1000
const DAY = 86_400 * SECOND

/** Wrong codes of one kind. */
export interface Counter {
  /** Wrong codes in a row. */
  readonly streak: number
  readonly lockedUntil: number
  /**
   * The account: seconds since 1970 of the last wrong codes within 30 days, successes or not; at
   * most 100.
   */
  readonly wrongAt: readonly number[]
  /** The hard stop was reached: it does not melt away with the 30 days. */
  readonly stopped: boolean
  /**
   * Wrong codes yet allowed beyond a full account, once a right backup or support code lifted its
   * stop.
   */
  readonly relief?: number
}

/**
 * Two counters, so that guesses at one kind of code never lock the other. Codes that keystep made
 * are in neither.
 */
export interface Attempts {
  readonly codes: Counter
  readonly recovery: Counter
  /** Wrong codes of both kinds since the last success. */
  readonly failures: number
  /**
   * Hard stops of `codes` so far: a challenge issued before the last one is over (V20). Counted,
   * since two things can share a millisecond.
   */
  readonly stops: number
}

/**
 * Which streak of wrong codes: `'codes'` counts whatever has 6 to 8 digits, `'recovery'` backup
 * codes that were imported from another system. Backup and support codes that keystep made are in
 * neither.
 */
export type CounterName = 'codes' | 'recovery'

/** Limits on wrong codes; each can be lowered, none raised or switched off (63B-4 3.2.2). */
export interface Limits {
  /** The wrong code in a row that locks first: the 1st to the 5th, default the 5th. */
  freeAttempts?: number | undefined
  /**
   * Wrong codes in a row before the hard stop, for each of the two counters: 1 to 50, default 50.
   */
  hardStop?: number | undefined
  /** Wrong codes within 30 days before the hard stop, successes or not: 1 to 100, default 100. */
  monthlyStop?: number | undefined
}

export type ResolvedLimits = { readonly [K in keyof Limits]-?: number }

/**
 * Seconds of the first lock; each further wrong code doubles it, up to the last. The tenth in a row
 * locks for 32 minutes (PCI DSS 8.3.4: at least 30 minutes after at most 10; 63B-4 3.2.2).
 */
const FIRST_LOCK = 60
const LONGEST_LOCK = 3600
/** The most that a monthly stop can be: further entries of the account would decide nothing. */
const MOST_KEPT = 100
/**
 * Wrong codes that a lift of the monthly stop allows: a tenth of the account, or each lift would be
 * a hundred guesses more.
 */
const RELIEF = 10

const untouched: Counter = { streak: 0, lockedUntil: 0, wrongAt: [], stopped: false }
export const noAttempts: Attempts = { codes: untouched, recovery: untouched, failures: 0, stops: 0 }

export function resolveLimits(limits: Limits = {}): ResolvedLimits {
  return {
    freeAttempts: bounded(limits.freeAttempts, 5),
    hardStop: bounded(limits.hardStop, 50),
    monthlyStop: bounded(limits.monthlyStop, MOST_KEPT),
  }
}

function bounded(value: number | undefined, most: number): number {
  if (value === undefined) return most
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new KeystepError(
      'ERR_OPTION',
      `a limit is a whole number from 1 to its default, here ${most}: it can be lowered, never raised`,
    )
  }
  return value
}

export type Gate =
  'open' | { readonly reason: 'locked'; readonly retryAt: Date } | { readonly reason: 'exhausted' }

/** Whether a code of this counter may be looked at. */
export function gateOf(counter: Counter, now: number, limits: ResolvedLimits): Gate {
  if (isExhausted(counter, limits)) return { reason: 'exhausted' }
  return counter.lockedUntil > now
    ? { reason: 'locked', retryAt: new Date(counter.lockedUntil) }
    : 'open'
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
export function miss(
  attempts: Attempts,
  name: CounterName,
  now: number,
  limits: ResolvedLimits,
): Miss {
  const before = attempts[name]
  const streak = before.streak + 1
  const excess = streak - limits.freeAttempts
  const lockedUntil = excess < 0 ? before.lockedUntil : now + lockSeconds(excess) * SECOND
  const wrongAt = [...recent(before, now), Math.floor(now / SECOND)].slice(-MOST_KEPT)
  const relief = Math.max(0, (before.relief ?? 0) - 1)
  const left = Math.min(
    limits.hardStop - streak,
    Math.max(limits.monthlyStop - wrongAt.length, relief),
  )
  const exhausted = left <= 0
  return {
    attempts: {
      ...attempts,
      [name]: { streak, lockedUntil, wrongAt, stopped: exhausted, ...(relief > 0 && { relief }) },
      failures: attempts.failures + 1,
      stops: attempts.stops + (exhausted && name === 'codes' ? 1 : 0),
    },
    attemptsLeft: Math.max(0, Math.min(-excess, left)),
    retryAt: excess < 0 || exhausted ? null : new Date(lockedUntil),
    exhausted,
  }
}

function lockSeconds(excess: number): number {
  return Math.min(FIRST_LOCK * 2 ** excess, LONGEST_LOCK)
}

/** A right TOTP or SMS code ends the streak of `codes`; the account goes on. */
export function succeed(attempts: Attempts): Attempts {
  if (attempts.failures === 0) return attempts
  return { ...attempts, codes: { ...attempts.codes, streak: 0, lockedUntil: 0 }, failures: 0 }
}

/**
 * A right backup or support code ends both streaks with their locks and stops; both accounts go on.
 */
export function recover(attempts: Attempts, now: number, limits: ResolvedLimits): Attempts {
  const [codes, recovery] = [
    relieve(attempts.codes, now, limits),
    relieve(attempts.recovery, now, limits),
  ]
  return { ...attempts, codes, recovery, failures: 0 }
}

/** New backup codes or a support code end the streak of `recovery`, and no other. */
export function restartRecovery(attempts: Attempts, now: number, limits: ResolvedLimits): Attempts {
  return { ...attempts, recovery: relieve(attempts.recovery, now, limits) }
}

/**
 * A reset by staff, with whatever else is taken off: a new start for both streaks, and none for the
 * accounts.
 */
export function restart(attempts: Attempts, now: number, limits: ResolvedLimits): Attempts {
  // It is the way out after a clock that ran ahead, too: what lies in the future would count for
  // longer than 30 days.
  const settle = (counter: Counter): Counter => {
    const wrongAt = counter.wrongAt.filter((at) => at * SECOND <= now)
    return relieve({ ...counter, wrongAt }, now, limits)
  }
  return {
    codes: settle(attempts.codes),
    recovery: settle(attempts.recovery),
    failures: 0,
    stops: 0,
  }
}

/**
 * Ends a streak, its lock and its stop. The account stays: where it is what had stopped, ten more
 * wrong codes are allowed beyond it and not a hundred, or each lift would be worth a month of
 * guesses.
 */
function relieve(counter: Counter, now: number, { monthlyStop }: ResolvedLimits): Counter {
  const wrongAt = recent(counter, now)
  const isFull = counter.stopped && wrongAt.length >= monthlyStop
  const relief = isFull ? Math.min(RELIEF, monthlyStop) : counter.relief
  return { ...untouched, wrongAt, ...(relief !== undefined && { relief }) }
}

/**
 * Staff's unlock: ends both locks and stops, and it alone empties the accounts. `judged`: wrong
 * codes within 30 days until now, for its event. Challenges from before the last hard stop stay
 * over (V20).
 */
export function unlock(attempts: Attempts, now: number): { attempts: Attempts; judged: number } {
  const judged = recent(attempts.codes, now).length + recent(attempts.recovery, now).length
  return { attempts: { ...attempts, codes: untouched, recovery: untouched }, judged }
}
