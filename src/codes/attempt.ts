import { deriveBackupCode, type DerivedBackupCode } from '../backup-codes/spend.ts'
import { leftOf } from '../backup-codes/code-set.ts'
import { KeystepError } from '../errors.ts'
import { compare } from './compare.ts'
import { debit, type Meant, type Refusal, refuse } from './debit.ts'
import type { AttemptKind, EventDetail, FactorKind, RequestContext } from '../record/events.ts'
import { rejected, type Rejection } from '../record/outcome.ts'
import { backupCodePepper } from '../record/record-mac.ts'
import type { Settings } from '../record/settings.ts'
import { type ChallengeClaims, isLiveChallenge, spend } from '../tokens/spent.ts'
import type { Subject } from '../record/subject.ts'
import { type CounterName, gateOf, recover, succeed } from '../record/throttle.ts'
import { type Decision, transact } from '../record/transact.ts'
import { kindOf, recognize, screenShape, type TypedCode } from './recognize.ts'

/** Backup codes left at which the owner is warned. */
const FEW_LEFT = 3
/** A decision that is committed like any other, and then thrown. */
const SKEWED = Symbol('skewed')

/** One try of one code against one challenge. */
export interface Attempt {
  readonly claims: ChallengeClaims
  readonly code: unknown
  readonly factor: FactorKind | undefined
  /** `'login'`, or what the step-up is for. */
  readonly purpose: string
  readonly context: RequestContext | undefined
  /** A support code opens nothing but an enrollment, so that step-up refuses it. */
  readonly takesSupportCode: boolean
}

/** An accepted code: the record with the code and its challenge spent and the counters ended. */
export interface Accepted {
  readonly subject: Subject
  readonly kind: FactorKind
  readonly failuresBefore: number
}

/**
 * One code, one verdict: the only way from a typed code to anything. The checks come in this order:
 * expired, malformed, unavailable; then a code that keystep made is compared, and a right one is
 * accepted whatever is locked (V19); then exhausted, locked; only then is anything else compared.
 */
export async function attempt<T>(
  settings: Settings,
  tried: Attempt,
  accept: (accepted: Accepted, now: number) => Decision<T>,
): Promise<T | Rejection> {
  const typed = recognize(tried.code, tried.factor)
  const derive = typed?.shape === 'backup_code' ? rememberDerivation(typed.text) : null
  const result = await transact<
    T | Rejection | typeof SKEWED,
    DerivedBackupCode | null | undefined
  >(settings, {
    userId: tried.claims.userId,
    context: tried.context,
    ...(derive && {
      prepare: async (subject, now) =>
        subject && !refusalOf(settings, subject, tried, typed, now) ? derive(subject) : null,
    }),
    decide: (subject, now, derived) => {
      const refusal = refusalOf(settings, subject, tried, typed, now)
      if (refusal) return refuse(refusal, meantBy(tried, typed, subject))
      return judge(settings, subject!, tried, typed!, derived ?? null, now, accept)
    },
  })
  if (result === SKEWED)
    throw new KeystepError('ERR_CLOCK', 'the last used step of an authenticator lies in the future')
  return result
}

/** Why a code is not compared; null when it is. */
function refusalOf(
  settings: Settings,
  subject: Subject | null,
  tried: Attempt,
  typed: TypedCode | null,
  now: number,
): Refusal | null {
  if (!subject || !isLiveChallenge(subject, tried.claims, now)) return rejected('expired')
  if (!typed) return rejected('malformed_code')
  if (typed.shape === 'support_code' && !tried.takesSupportCode)
    return rejected('factor_unavailable')
  const misfit = screenShape(subject, typed, tried.factor, settings.sms !== null, now)
  if (misfit) return rejected(misfit)
  const counter = counterOf(subject, typed)
  return counter === null ? null : shut(settings, subject, counter, now)
}

/**
 * The counter that a wrong code is debited to. Null for the codes that keystep made: 75 and 100
 * random bits cannot be guessed (63B-4 3.2.2 limits what is under 64), so that a lock before them
 * would keep out nobody but the owner.
 */
function counterOf({ backupCodes }: Subject, { shape }: TypedCode): CounterName | null {
  if (shape === 'digits') return 'codes'
  return shape === 'backup_code' && backupCodes?.imported ? 'recovery' : null
}

/** The lock or stop of a counter as an answer, or null while it is open. */
function shut(
  { limits }: Settings,
  { attempts }: Subject,
  counter: CounterName,
  now: number,
): Refusal | null {
  const gate = gateOf(attempts[counter], now, limits)
  return gate === 'open' ? null : { outcome: 'rejected', ...gate }
}

/** The slow hash depends on the code and its salt alone: a lost swap does not pay for it again. */
function rememberDerivation(code: string): (subject: Subject) => Promise<DerivedBackupCode | null> {
  let last: { set: string; derived: Promise<DerivedBackupCode> } | undefined
  return async (subject) => {
    if (!subject.backupCodes) return null
    const set = saltsOf(subject)
    if (last?.set !== set)
      last = {
        set,
        derived: deriveBackupCode(subject.backupCodes, code, backupCodePepper(subject)),
      }
    return last.derived
  }
}

function saltsOf({ backupCodes, macKey }: Subject): string {
  return macKey + (backupCodes?.codes.map(({ salt }) => salt).join() ?? '')
}

function judge<T>(
  settings: Settings,
  subject: Subject,
  tried: Attempt,
  code: TypedCode,
  derived: DerivedBackupCode | null,
  now: number,
  accept: (accepted: Accepted, now: number) => Decision<T>,
): Decision<T | Rejection | typeof SKEWED> {
  const meant = meantBy(tried, code, subject)
  const found = compare(
    settings,
    subject,
    { code, factor: tried.factor, boundTo: tried.claims.id, derived },
    now,
  )
  switch (found.is) {
    case 'replay':
      return refuse(rejected('already_used'), { ...meant, kind: found.kind })
    case 'elsewhere':
      return refuse(rejected('expired'), meant)
    case 'skewed':
      return found.guess
        ? { ...debit(settings, subject, { counter: 'codes', ...meant }, now), result: SKEWED }
        : { result: SKEWED }
    case 'miss':
      return answerMiss(settings, subject, { counter: counterOf(subject, code), ...meant }, now)
    case 'match': {
      const { subject: next, events } = credit(settings, found.used, found.kind, tried, now)
      const decision = accept(
        { subject: next, kind: found.kind, failuresBefore: subject.attempts.failures },
        now,
      )
      return { ...decision, events: [...events, ...(decision.events ?? [])] }
    }
  }
}

function meantBy({ factor, purpose }: Attempt, typed: TypedCode, subject: Subject | null): Meant
function meantBy(
  { factor, purpose }: Attempt,
  typed: TypedCode | null,
  subject: Subject | null,
): Meant<AttemptKind | null>
function meantBy(
  { factor, purpose }: Attempt,
  typed: TypedCode | null,
  subject: Subject | null,
): Meant<AttemptKind | null> {
  return { kind: typed && kindOf(typed, factor, subject), purpose }
}

/**
 * A wrong code. One of keystep's own making is neither counted nor written; under a lock or stop it
 * is answered by that, so that the page says when codes of the app are looked at again.
 */
function answerMiss(
  settings: Settings,
  subject: Subject,
  wrong: Meant & { counter: CounterName | null },
  now: number,
): Decision<Rejection> {
  const { counter, ...meant } = wrong
  if (counter !== null) return debit(settings, subject, { counter, ...meant }, now)
  const refusal = shut(settings, subject, 'codes', now) ?? shut(settings, subject, 'recovery', now)
  if (refusal) return refuse(refusal, meant)
  const told: EventDetail = {
    type: 'code.rejected',
    counter,
    inARow: 0,
    within30Days: 0,
    passwordKnown: false,
    ...meant,
  }
  return { result: rejected('wrong_code'), events: [told] }
}

function credit(
  { limits }: Settings,
  used: Subject,
  kind: FactorKind,
  tried: Attempt,
  now: number,
): { subject: Subject; events: EventDetail[] } {
  const recovers = kind === 'backup_code' || kind === 'support_code'
  const attempts = recovers ? recover(used.attempts, now, limits) : succeed(used.attempts)
  const support = kind === 'support_code' ? used.support : null
  const events: EventDetail[] = [
    { type: 'code.accepted', kind, purpose: tried.purpose, failuresBefore: used.attempts.failures },
  ]
  if (kind === 'backup_code' && used.backupCodes) {
    const left = leftOf(used.backupCodes)
    events.push({ type: 'backup_code.used', left })
    if (left <= FEW_LEFT) events.push({ type: 'backup_codes.low', left })
  }
  return { subject: spend({ ...used, attempts, support }, tried.claims, now), events }
}
