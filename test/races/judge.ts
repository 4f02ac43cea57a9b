import type { Result } from './messages.ts'
import type { Portal } from './portal.ts'
import type { Race } from './scenarios.ts'

/** What was disclosed in a race, and what is wrong with it. */
export interface Judgement {
  readonly accepted: number
  /** Wrong codes disclosed as such. */
  readonly verdicts: number
  /** In words; empty when everything holds. */
  readonly findings: readonly string[]
}

/** Holds what was disclosed against what may be, and against the record as it stands afterwards. */
export async function judge(
  portal: Portal,
  race: Race,
  results: readonly Result[],
): Promise<Judgement> {
  const accepted = results.filter(isAccepted).length
  const verdicts = results.filter(isWrong).length
  const others = results.filter((result) => !isAccepted(result) && !isWrong(result)).map(wordsOf)
  const rest = race.attempts.length - race.accepted - race.budget
  const findings = [
    ...differ('accepted', accepted, race.accepted),
    ...differ('told wrong_code', verdicts, race.budget),
    ...differ(`told ${race.rest}`, others.filter((words) => words === race.rest).length, rest),
    ...[...new Set(others)].filter((words) => words !== race.rest).map((words) => `told ${words}`),
    ...(await inspectRecords(portal, race, results)),
    ...(await inspectSpent(portal, race)),
    ...(await inspectLock(portal, race, verdicts)),
  ]
  return { accepted, verdicts, findings }
}

/** What the record counted is what was disclosed: nothing more, nothing less. */
async function inspectRecords(
  { twoFactor }: Portal,
  race: Race,
  results: readonly Result[],
): Promise<string[]> {
  const findings: string[] = []
  for (const userId of new Set(race.attempts.map((attempt) => attempt.userId))) {
    const own = results.filter((_, index) => race.attempts[index]!.userId === userId)
    const { activity, backupCodesLeft } = await twoFactor.status({ userId })
    const counted = (type: string): number =>
      activity.reduce((sum, entry) => sum + (entry.type === type ? (entry.count ?? 1) : 0), 0)
    findings.push(
      ...differ(
        'wrong codes in the record',
        counted('code.rejected'),
        own.filter(isWrong).length + (race.lock?.earlier ?? 0),
      ),
    )
    // A record keeps 20 lines of activity: too few for a burst of logins, whose spent codes are
    // looked at instead.
    if (race.accepted <= 1)
      findings.push(
        ...differ('logins in the record', counted('code.accepted'), own.filter(isAccepted).length),
      )
    if (race.backupCodesLeft !== undefined)
      findings.push(...differ('backup codes left', backupCodesLeft, race.backupCodesLeft))
  }
  return findings
}

async function inspectSpent(portal: Portal, { attempts, spent = [] }: Race): Promise<string[]> {
  const findings: string[] = []
  for (const code of spent) {
    const verdict = await portal.twoFactor.login.verify({
      challenge: await portal.challenge(attempts[0]!.userId),
      code,
    })
    findings.push(
      ...differ(
        'a spent code',
        verdict.outcome === 'rejected' ? verdict.reason : verdict.outcome,
        'already_used',
      ),
    )
  }
  return findings
}

/**
 * The lock is as long as the wrong codes make it, and the next login is told how many they were.
 */
async function inspectLock(
  portal: Portal,
  { attempts, lock }: Race,
  verdicts: number,
): Promise<string[]> {
  if (!lock) return []
  const { userId } = attempts[0]!
  const { lockedUntil } = await portal.twoFactor.status({ userId })
  portal.wait(lock.seconds)
  const verdict = await portal.twoFactor.login.verify({
    challenge: await portal.challenge(userId),
    code: lock.right(),
  })
  const failures =
    verdict.outcome === 'accepted'
      ? verdict.failuresBefore
      : verdict.outcome === 'rejected'
        ? verdict.reason
        : verdict.outcome
  return [
    ...differ('locked until', lockedUntil?.getTime(), portal.at.getTime()),
    ...differ('failuresBefore of the next login', failures, verdicts + lock.earlier),
  ]
}

function isAccepted({ outcome }: Result): boolean {
  return outcome === 'accepted'
}

function isWrong(result: Result): boolean {
  return result.outcome === 'rejected' && result.reason === 'wrong_code'
}

function wordsOf(result: Result): string {
  if (result.outcome === 'thrown') return `${result.code} (${result.cause})`
  return result.outcome === 'rejected' ? result.reason : result.outcome
}

function differ(what: string, found: unknown, expected: unknown): string[] {
  return found === expected ? [] : [`${what}: ${String(found)} instead of ${String(expected)}`]
}
