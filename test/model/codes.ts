import { debit, gate, type Meant, recover, refuse, rejected, succeed } from './counters.ts'
import { isLiveChallenge } from './tokens.ts'
import { type Challenge, Fault, type Run, type TotpFactor, type UserRecord } from './world.ts'

/** What is typed, by what it really is; numbers are places among the handles. */
export type Typed =
  | { is: 'totp'; key: number; step: number; digits: number }
  | { is: 'sms'; message: number }
  | { is: 'backup'; set: number; n: number }
  | { is: 'support'; code: number }
  | { is: 'wrong'; digits: number }
  | { is: 'wrong_backup' | 'wrong_support' | 'garbage' }

export type Kind = 'totp' | 'sms' | 'backup_code' | 'support_code'
type Found =
  | { is: 'match'; kind: Kind }
  | { is: 'replay'; kind: Kind }
  | { is: 'elsewhere' | 'miss' }
  | { is: 'skewed'; guess: boolean }

const MISS: Found = { is: 'miss' }
export const stepAt = (now: number): number => Math.floor(now / 30_000)
export const digitsOf = (typed: Typed): number =>
  typed.is === 'sms' ? 6 : 'digits' in typed ? typed.digits : 0

function shapeOf(typed: Typed): 'digits' | 'backup' | 'support' | null {
  if (digitsOf(typed) > 0) return 'digits'
  if (typed.is === 'backup' || typed.is === 'wrong_backup') return 'backup'
  return typed.is === 'garbage' ? null : 'support'
}

/** The counter that a wrong code is debited to; null for what keystep made itself. */
function counterOf({ rules }: Run, record: UserRecord, typed: Typed): 'codes' | 'recovery' | null {
  const shape = shapeOf(typed)
  if (shape === 'digits') return 'codes'
  if (shape === 'backup' && record.backup?.imported) return 'recovery'
  return rules.wrongMadeCodeIsCounted ? 'recovery' : null
}

/**
 * The order of section 4: expired, malformed, unavailable; then exhausted, locked, for all but what
 * keystep made.
 */
function screen(
  run: Run,
  record: UserRecord | null,
  challenge: Challenge,
  typed: Typed,
  factor: Kind | undefined,
): { reason: string } | null {
  if (!isLiveChallenge(run, record, challenge)) return rejected('expired')
  const shape = shapeOf(typed)
  const wanted =
    factor === undefined
      ? shape
      : factor === 'backup_code'
        ? 'backup'
        : factor === 'support_code'
          ? 'support'
          : 'digits'
  if (shape === null || shape !== wanted) return rejected('malformed_code')
  if (shape === 'support') {
    const stands =
      record.support && !record.support.redeemed && record.support.expiresAt > run.world.now
    if (!stands || (challenge.for === 'step-up' && !run.rules.stepUpTakesSupportCode))
      return rejected('factor_unavailable')
  } else if (shape === 'backup') {
    if (!record.backup) return rejected('factor_unavailable')
  } else {
    const asked = record.factors.filter(({ kind }) => factor === undefined || kind === factor)
    if (asked.length === 0) return rejected('factor_unavailable')
    if (!asked.some((one) => (one.kind === 'totp' ? one.digits : 6) === digitsOf(typed)))
      return rejected('malformed_code')
  }
  if (shape === 'digits') return gate(run, record.codes)
  const isImported = shape === 'backup' && record.backup?.imported
  if (isImported) return run.rules.importedCodesAreLocked ? gate(run, record.recovery) : null
  return run.rules.madeCodesAreLocked ? gate(run, record.codes) : null
}

/**
 * Steps ahead of now that no right code can have used: 5 minutes of clock, and the three that a
 * window with drift may lie ahead.
 */
const AHEAD = 14

function compareTotp(run: Run, record: UserRecord, typed: Typed): Found {
  const { world, rules } = run
  const now = stepAt(world.now)
  const factors = record.factors.filter(
    (one): one is TotpFactor => one.kind === 'totp' && one.digits === digitsOf(typed),
  )
  const asked = factors.filter(({ floor }) => (floor ?? 0) <= now + AHEAD)
  const key = typed.is === 'totp' ? world.handles.keys[typed.key]!.id : null
  const factor = asked.find((one) => one.key === key)
  if (factor && typed.is === 'totp') {
    const offset = typed.step - now
    const drift = factor.drift === 0 ? [0, 0] : [factor.drift - 1, factor.drift + 1]
    if (
      offset >= Math.min(-rules.window, drift[0]!) &&
      offset <= Math.max(rules.window, drift[1]!)
    ) {
      if (rules.replayFloor && typed.step <= (factor.floor ?? -1))
        return { is: 'replay', kind: 'totp' }
      useStep(run, factor, typed.step, offset)
      return { is: 'match', kind: 'totp' }
    }
  }
  return asked.length < factors.length ? { is: 'skewed', guess: asked.length > 0 } : MISS
}

/** RFC 6238 6: two successes on one side teach the drift, two at 0 unteach it. */
function useStep({ rules }: Run, factor: TotpFactor, step: number, offset: number): void {
  const side = Math.sign(offset)
  factor.times = side === factor.side ? factor.times + 1 : 1
  factor.side = side
  factor.floor = step
  if (factor.times >= rules.successesThatTeachDrift)
    factor.drift = Math.max(-rules.mostDrift, Math.min(rules.mostDrift, offset))
}

export function compareSms(
  { world, rules }: Run,
  record: UserRecord,
  typed: Typed,
  boundTo: number,
): Found {
  const { code } = record.sms
  if (!code || typed.is !== 'sms' || code.message !== world.handles.messages[typed.message])
    return MISS
  if (code.used && rules.smsIsUsedOnce) return { is: 'replay', kind: 'sms' }
  if (code.boundTo !== boundTo && rules.smsIsBoundToChallenge)
    return rules.elsewhereIsCounted ? MISS : { is: 'elsewhere' }
  if (code.expiresAt <= world.now) return MISS
  code.used = true
  return { is: 'match', kind: 'sms' }
}

function compareRecovery({ world, rules }: Run, record: UserRecord, typed: Typed): Found {
  if (typed.is === 'backup') {
    const set = world.handles.sets[typed.set]!
    const { backup } = record
    if (!backup || (set !== backup.set && !backup.older.includes(set))) return MISS
    if (backup.spent[typed.n] && rules.backupCodesAreSpent)
      return { is: 'replay', kind: 'backup_code' }
    backup.spent[typed.n] = true
    return { is: 'match', kind: 'backup_code' }
  }
  if (typed.is !== 'support' || record.support?.id !== world.handles.supports[typed.code])
    return MISS
  record.support!.redeemed = true
  return { is: 'match', kind: 'support_code' }
}

function compare(
  run: Run,
  record: UserRecord,
  typed: Typed,
  factor: Kind | undefined,
  boundTo: number,
): Found {
  if (shapeOf(typed) !== 'digits') return compareRecovery(run, record, typed)
  const totp = factor === 'sms' ? MISS : compareTotp(run, record, typed)
  if (totp.is === 'match' || totp.is === 'replay') return totp
  const sms = factor === 'totp' ? MISS : compareSms(run, record, typed, boundTo)
  // An authenticator that cannot be asked is an error, and no free guess at what could be.
  if (totp.is === 'skewed' && sms.is === 'miss')
    return { is: 'skewed', guess: totp.guess || (factor !== 'totp' && record.sms.code !== null) }
  return sms
}

/** A wrong backup or support code of keystep's making: neither counted nor written. */
function answerWrongMade(run: Run, record: UserRecord, meant: Meant): unknown {
  const shut = run.rules.lockAnswersWrongMadeCode
    ? (gate(run, record.codes) ?? gate(run, record.recovery))
    : null
  if (shut) return refuse(run, shut, meant)
  run.answer.events.push(`code.rejected null 0 0 false ${meant.kind} ${meant.purpose}`)
  return rejected('wrong_code')
}

/**
 * What a code was meant as: digits by the factor that was named, or by what could have made so many
 * of them.
 */
function kindOf(record: UserRecord | null, typed: Typed, factor: Kind | undefined): string | null {
  const shape = shapeOf(typed)
  if (shape !== 'digits') {
    const kind = shape === null ? null : (`${shape}_code` as Kind)
    return factor === undefined || factor === kind ? kind : null
  }
  if (factor !== undefined) return factor === 'totp' || factor === 'sms' ? factor : null
  const kinds = new Set(
    record?.factors
      .filter((one) => (one.kind === 'totp' ? one.digits : 6) === digitsOf(typed))
      .map(({ kind }) => kind),
  )
  return kinds.size === 1 ? [...kinds][0]! : 'totp_or_sms'
}

/**
 * One code against one challenge: its rejection, or what it was, with the record changed and not
 * yet written.
 */
export function attempt(
  run: Run,
  record: UserRecord | null,
  challenge: Challenge,
  typed: Typed,
  factor: Kind | undefined,
): { rejection: unknown } | { kind: Kind; failuresBefore: number } {
  const { rules, answer } = run
  const { purpose } = challenge
  const meant = { kind: kindOf(record, typed, factor), purpose }
  const refusal = screen(run, record, challenge, typed, factor)
  if (refusal || !record) return { rejection: refuse(run, refusal ?? rejected('expired'), meant) }
  const counter = counterOf(run, record, typed)
  const count = (name: 'codes' | 'recovery'): unknown =>
    debit(run, challenge.user, record, { name, ...meant })
  const found = compare(run, record, typed, factor, challenge.id)
  switch (found.is) {
    case 'miss':
      return { rejection: counter ? count(counter) : answerWrongMade(run, record, meant) }
    case 'elsewhere':
      return { rejection: refuse(run, rejected('expired'), meant) }
    case 'replay':
      if (rules.replayIsCounted) return { rejection: count(counter ?? 'recovery') }
      return { rejection: refuse(run, rejected('already_used'), { kind: found.kind, purpose }) }
    case 'skewed':
      if (found.guess) count('codes')
      throw new Fault('ERR_CLOCK')
    case 'match': {
      const failuresBefore = record.failures
      if (counter === 'codes') succeed(run, record)
      else recover(run, record)
      if (rules.challengeIsSpent) record.spent.push(challenge.id)
      if (rules.supportIsCancelledByCodes && found.kind !== 'support_code') record.support = null
      answer.events.push(`code.accepted ${found.kind} ${purpose} ${failuresBefore}`)
      if (found.kind === 'backup_code') {
        const left = leftOf(record)
        answer.events.push('backup_code.used', ...(left <= 3 ? ['backup_codes.low'] : []))
      }
      return { kind: found.kind, failuresBefore }
    }
  }
}

export const leftOf = ({ backup }: UserRecord): number =>
  backup?.spent.filter((spent) => !spent).length ?? 0
