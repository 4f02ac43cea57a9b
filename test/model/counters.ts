import { type Counter, newCounter, type Run, type UserRecord, write } from './world.ts'

export const rejected = (reason: string): { outcome: string; reason: string } => ({
  outcome: 'rejected',
  reason,
})

/** Why no code of this counter is looked at, or null when it may be. */
export function gate(
  { world, rules }: Run,
  counter: Counter,
): { outcome: string; reason: string; retryAt?: number } | null {
  if (counter.stopped || counter.streak >= rules.hardStop) return rejected('exhausted')
  return counter.lockedUntil > world.now
    ? { ...rejected('locked'), retryAt: counter.lockedUntil }
    : null
}

export const recent = ({ world, rules }: Run, counter: Counter): number[] =>
  counter.wrongAt.filter((at) => at > world.now - rules.month)

/** What a code was meant as, and for. */
export interface Meant {
  kind: string | null
  purpose: string
}

/** A code that is not judged: told, and written nowhere. */
export function refuse<T extends { reason: string }>(
  { answer }: Run,
  refusal: T,
  { kind, purpose }: Meant,
): T {
  answer.events.push(`code.refused ${refusal.reason} ${kind} ${purpose}`)
  return refusal
}

/** One wrong code: one debit, written before it is told. */
export function debit(
  run: Run,
  user: string,
  record: UserRecord,
  { name, kind, purpose }: Meant & { name: 'codes' | 'recovery' },
): unknown {
  const { world, rules, answer } = run
  const counter = record[name]
  counter.streak++
  counter.wrongAt = [...recent(run, counter), world.now].slice(-rules.mostKept)
  counter.relief = Math.max(0, counter.relief - 1)
  record.failures++
  const locks = counter.streak >= rules.freeAttempts
  if (locks)
    counter.lockedUntil =
      world.now +
      Math.min(
        rules.firstLock * rules.lockGrowth ** (counter.streak - rules.freeAttempts),
        rules.longestLock,
      )
  const isFull = counter.wrongAt.length >= rules.monthlyStop
  counter.stopped = counter.streak >= rules.hardStop || (isFull && counter.relief === 0)
  if (counter.stopped && name === 'codes') record.stops++
  const told = counter.streak >= rules.toldInARow || counter.wrongAt.length >= rules.toldInAccount
  answer.events.push(
    `code.rejected ${name} ${counter.streak} ${counter.wrongAt.length} ${told} ${kind} ${purpose}`,
  )
  if (counter.stopped) answer.events.push('exhausted')
  else if (locks) answer.events.push('locked')
  write(run, user, record)
  const left = Math.min(
    rules.freeAttempts - counter.streak,
    rules.hardStop - counter.streak,
    Math.max(rules.monthlyStop - counter.wrongAt.length, counter.relief),
  )
  const attemptsLeft = counter.stopped ? 0 : Math.max(0, left)
  return {
    ...rejected('wrong_code'),
    attemptsLeft,
    ...(locks && !counter.stopped && { retryAt: counter.lockedUntil }),
  }
}

function endStreak(counter: Counter): void {
  counter.streak = 0
  counter.lockedUntil = 0
}

/** A right TOTP or SMS code. */
export function succeed({ rules }: Run, record: UserRecord): void {
  if (rules.successEndsStreak) endStreak(record.codes)
  if (rules.codeSuccessEndsRecovery) endStreak(record.recovery)
  record.failures = 0
}

/**
 * A new start for a counter, but not for its account: of a full one that had stopped, ten more are
 * lent.
 */
export function lift(run: Run, counter: Counter, empties: boolean): Counter {
  const wrongAt = empties ? [] : recent(run, counter)
  const lends = counter.stopped && wrongAt.length >= run.rules.monthlyStop
  return { ...newCounter(), wrongAt, relief: lends ? run.rules.relief : counter.relief }
}

/** A right backup or support code: both streaks end, and their hard stops with them. */
export function recover(run: Run, record: UserRecord): void {
  const { rules } = run
  record.failures = 0
  record.recovery = lift(run, record.recovery, rules.recoveryEmptiesAccount)
  if (!rules.recoveryEndsCodes) return
  const { stopped } = record.codes
  record.codes = lift(run, record.codes, rules.recoveryEmptiesAccount)
  if (!rules.recoveryLiftsStop) record.codes.stopped = stopped
}
