import { leftOf } from '../backup-codes/code-set.ts'
import type { DerivedBackupCode } from '../backup-codes/spend.ts'
import { KeystepError } from '../errors.ts'
import type { EventDetail, FactorKind } from '../record/events.ts'
import { rejected, type Rejection } from '../record/outcome.ts'
import type { Subject } from '../record/subject.ts'
import { recover, succeed } from '../record/throttle.ts'
import type { Decision } from '../record/transact.ts'
import { spend } from '../tokens/spent.ts'
import { compare } from './compare.ts'
import { debit, refuse } from './debit.ts'
import { counterOf, shut } from './screen.ts'
import { type Meant, meantBy, type Trial } from './trial.ts'

/** Backup codes left at which the owner is warned. */
const FEW_LEFT = 3

/** An accepted code: the record with the code and its challenge spent and the counters ended. */
export interface Accepted {
  readonly subject: Subject
  readonly kind: FactorKind
  readonly failuresBefore: number
  readonly events: readonly EventDetail[]
}

/** What a code came to: accepted, or a decision that says why not. */
export type Judgement =
  { readonly accepted: Accepted } | { readonly refused: Decision<Rejection | ClockSkew> }

/**
 * A decision that is committed like any other, and then thrown: an authenticator could not be
 * asked, since its last used step lies ahead of the clock.
 */
export class ClockSkew {
  static readonly only = new ClockSkew()

  /** @throws `ERR_CLOCK` */
  raise(): never {
    throw new KeystepError('ERR_CLOCK', 'the last used step of an authenticator lies in the future')
  }
}

/** Compares a screened code, once, and says what follows for the record. */
export function judge(trial: Trial, derived: DerivedBackupCode | null): Judgement {
  const { settings, tried, subject, typed, now } = trial
  const meant = meantBy(tried, typed, subject)
  const typing = { code: typed, factor: tried.factor, boundTo: tried.claims.id, derived }
  const found = compare(settings, subject, typing, now)
  switch (found.is) {
    case 'replay':
      return { refused: refuse(rejected('already_used'), { ...meant, kind: found.kind }) }
    case 'elsewhere':
      return { refused: refuse(rejected('expired'), meant) }
    case 'skewed':
      return { refused: { ...(found.guess && miss(trial, meant)), result: ClockSkew.only } }
    case 'miss':
      return { refused: miss(trial, meant) }
    case 'match':
      return { accepted: credit(trial, found.used, found.kind) }
  }
}

/**
 * A wrong code. One of keystep's own making is neither counted nor written; under a lock or stop it
 * is answered by that, so that the page says when codes of the app are looked at again.
 */
function miss(trial: Trial, meant: Meant): Decision<Rejection> {
  const { settings, subject, typed, now } = trial
  const counter = counterOf(subject, typed)
  if (counter !== null) return debit(settings, subject, { counter, ...meant }, now)
  const refusal = shut(trial, 'codes') ?? shut(trial, 'recovery')
  if (refusal) return refuse(refusal, meant)
  const counted = { inARow: 0, within30Days: 0, passwordKnown: false }
  return {
    result: rejected('wrong_code'),
    events: [{ type: 'code.rejected', counter, ...counted, ...meant }],
  }
}

function credit({ settings, tried, now }: Trial, used: Subject, kind: FactorKind): Accepted {
  const { limits } = settings
  const failuresBefore = used.attempts.failures
  const recovers = kind === 'backup_code' || kind === 'support_code'
  const attempts = recovers ? recover(used.attempts, now, limits) : succeed(used.attempts)
  const support = kind === 'support_code' ? used.support : null
  const events: EventDetail[] = [
    { type: 'code.accepted', kind, purpose: tried.purpose, failuresBefore },
  ]
  if (kind === 'backup_code' && used.backupCodes) {
    const left = leftOf(used.backupCodes)
    events.push({ type: 'backup_code.used', left })
    if (left <= FEW_LEFT) events.push({ type: 'backup_codes.low', left })
  }
  const subject = spend({ ...used, attempts, support }, tried.claims, now)
  return { subject, kind, failuresBefore, events }
}
