import type { Subject, TotpFactor } from '../../src/record/subject.ts'

/** What is typed: right now, right before, or never right. */
export type Kind = 'right' | 'used' | 'backup' | 'used_backup' | 'wrong' | 'wrong_backup'

/** What one attempt was told: a reason, `accepted`, or `thrown`. */
export interface Outcome {
  readonly challenge: string | null
  readonly said: string
}

/** One code, typed once or three times at once, and the record before and after. */
export interface Step {
  readonly kind: Kind
  readonly code: string
  readonly outcomes: readonly Outcome[]
  readonly before: Subject
  readonly after: Subject
  readonly at: number
}

/**
 * What a step breaks: a code or challenge accepted twice, an attempt given back, a verdict without
 * its debit or behind a lock.
 */
export function hold(
  { kind, code, outcomes, before, after, at }: Step,
  won: Set<string>,
): string[] {
  const isBackup = kind === 'backup' || kind === 'used_backup' || kind === 'wrong_backup'
  // What keystep made is counted nowhere: a wrong one leaves both counters as they were.
  const isCounted = !isBackup || before.backupCodes!.imported === true
  const counter = isBackup ? 'recovery' : 'codes'
  const [was, is] = [before.attempts[counter], after.attempts[counter]]
  const [spentBefore, spentAfter] = [spentOf(before), spentOf(after)]
  const accepted = outcomes.filter(({ said }) => said === 'accepted')
  const wrong = outcomes.filter(({ said }) => said === 'wrong_code').length
  const isSpending = spentAfter > spentBefore
  const findings: string[] = []
  const demand = (holds: boolean, words: string): void => {
    if (!holds) findings.push(words)
  }

  demand(spentAfter - spentBefore >= 0, 'a spent code came back')
  demand(accepted.length <= 1, `accepted ${accepted.length} times at once`)
  demand(accepted.length === 0 || isSpending, 'accepted without being spent')
  demand(
    accepted.length === 0 ||
      kind === 'right' ||
      kind === 'used' ||
      kind === 'backup' ||
      kind === 'used_backup',
    'a wrong code was accepted',
  )
  for (const { challenge } of accepted) {
    demand(!won.has(challenge!), 'a challenge was accepted twice')
    won.add(challenge!)
  }
  if (isBackup && accepted.length > 0) {
    demand(!won.has(code), 'a backup code was accepted twice')
    won.add(code)
  }
  if (!isSpending && !isCounted)
    demand(
      JSON.stringify(before.attempts) === JSON.stringify(after.attempts),
      "a wrong code of keystep's own was counted",
    )
  if (!isSpending && isCounted) {
    demand(
      is.streak >= was.streak + wrong,
      `${wrong} told, streak from ${was.streak} to ${is.streak}`,
    )
    demand(
      is.wrongAt.length >= was.wrongAt.length + wrong,
      `${wrong} told, ${was.wrongAt.length} remembered became ${is.wrongAt.length}`,
    )
    demand(
      after.attempts.failures >= before.attempts.failures + wrong,
      `${wrong} told, failures from ${before.attempts.failures} to ${after.attempts.failures}`,
    )
    demand(is.lockedUntil >= was.lockedUntil, 'a lock was lifted')
  }
  if (isCounted && (was.lockedUntil > at || was.stopped))
    demand(accepted.length + wrong === 0, 'a verdict behind a lock')
  if (isCounted)
    demand(wrong <= Math.max(1, 5 - was.streak), `${wrong} verdicts with a streak of ${was.streak}`)
  return findings
}

/** Grows with every code that is spent: steps of authenticators and backup codes. */
function spentOf({ factors, backupCodes }: Subject): number {
  const steps = factors
    .filter((factor): factor is TotpFactor => factor.kind === 'totp')
    .reduce((sum, { lastUsedStep }) => sum + (lastUsedStep ?? 0), 0)
  return steps + backupCodes!.codes.filter(({ spent }) => spent).length
}
