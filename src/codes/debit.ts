import type { AttemptKind, EventDetail, RefusalReason } from '../record/events.ts'
import type { Rejection } from '../record/outcome.ts'
import type { Settings } from '../record/settings.ts'
import type { Subject } from '../record/subject.ts'
import { type CounterName, miss } from '../record/throttle.ts'
import type { Decision } from '../record/transact.ts'
import type { Meant } from './trial.ts'

/** Wrong codes in a row from which the owner is told that somebody has the password. */
const PASSWORD_KNOWN = 5
/** And within 30 days: four before each of the owner's logins never are five in a row. */
const PASSWORD_KNOWN_IN_ACCOUNT = 20

/** Why a code is not judged. */
export type Refusal = Extract<Rejection, { reason: RefusalReason }>

/** A refusal, and the event that tells of it without a write (PCI DSS 10.2.1.4). */
export function refuse(
  refusal: Refusal,
  { kind, purpose }: Meant<AttemptKind | null>,
): Decision<Refusal> {
  return {
    result: refusal,
    events: [{ type: 'code.refused', reason: refusal.reason, kind, purpose }],
  }
}

/** A wrong code that is counted: the record with its debit, and what the owner is told. */
export function debit(
  { limits }: Settings,
  subject: Subject,
  wrong: Meant & { counter: CounterName },
  now: number,
): Decision<Rejection> {
  const { counter } = wrong
  const { attempts, attemptsLeft, retryAt, exhausted } = miss(
    subject.attempts,
    counter,
    now,
    limits,
  )
  const [inARow, within30Days] = [attempts[counter].streak, attempts[counter].wrongAt.length]
  const passwordKnown = inARow >= PASSWORD_KNOWN || within30Days >= PASSWORD_KNOWN_IN_ACCOUNT
  const events: EventDetail[] = [
    { type: 'code.rejected', ...wrong, inARow, within30Days, passwordKnown },
  ]
  if (retryAt) events.push({ type: 'locked', counter, retryAt: new Date(retryAt) })
  if (exhausted) events.push({ type: 'exhausted', counter })
  const result: Rejection = {
    outcome: 'rejected',
    reason: 'wrong_code',
    attemptsLeft,
    ...(retryAt && { retryAt }),
  }
  return { result, next: { ...subject, attempts }, events }
}
