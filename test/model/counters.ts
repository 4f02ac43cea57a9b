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

const recent = ({ world, rules }: Run, counter: Counter): number[] =>
  counter.wrongAt.filter((at) => at > world.now - rules.month)

/** One wrong code: one debit, written before it is told. */
export function debit(
  run: Run,
  user: string,
  record: UserRecord,
  name: 'codes' | 'recovery',
): unknown {
  const { world, rules, answer } = run
  const counter = record[name]
  counter.streak++
  counter.wrongAt = [...recent(run, counter), world.now]
  record.failures++
  const locks = counter.streak >= rules.freeAttempts
  if (locks)
    counter.lockedUntil =
      world.now +
      Math.min(
        rules.firstLock * rules.lockGrowth ** (counter.streak - rules.freeAttempts),
        rules.longestLock,
      )
  counter.stopped = counter.streak >= rules.hardStop || counter.wrongAt.length >= rules.monthlyStop
  if (counter.stopped && name === 'codes') record.stops++
  answer.events.push(`code.rejected ${name} ${counter.streak}`)
  if (counter.stopped) answer.events.push('exhausted')
  else if (locks) answer.events.push('locked')
  write(run, user, record)
  const left = Math.min(
    rules.freeAttempts - counter.streak,
    rules.hardStop - counter.streak,
    rules.monthlyStop - counter.wrongAt.length,
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

/** A right backup or support code: both streaks end, and a hard stop of `codes` with them. */
export function recover(run: Run, record: UserRecord): void {
  endStreak(record.recovery)
  record.failures = 0
  if (!run.rules.recoveryEndsCodes) return
  const wrongAt =
    recent(run, record.codes).length >= run.rules.monthlyStop ? [] : record.codes.wrongAt
  record.codes = {
    ...newCounter(),
    wrongAt,
    stopped: run.rules.recoveryLiftsStop ? false : record.codes.stopped,
  }
}
