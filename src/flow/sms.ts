import { generateBackupCodes } from '../backup-codes/index.ts'
import type { Secret } from '../crypto/secret.ts'
import { parseCode } from '../otp/code-text.ts'
import { bindFactor, enrollmentExpiry, refusalToBind } from './bind-factor.ts'
import { compareSms } from '../codes/compare.ts'
import { debit, refuse } from '../codes/debit.ts'
import type { RequestContext } from '../record/events.ts'
import type { LoginGrant } from './grant.ts'
import { importNumber, type NumberImported, type SmsImportInput } from './import-sms.ts'
import { grantOf, methodsOf } from './login.ts'
import { type Change, rejected, type Rejection, type Verdict } from '../record/outcome.ts'
import { ENROLL, MANAGE_FACTORS, type PermitClaims, permits, readPermit } from '../tokens/permit.ts'
import { isCountryAllowed, parsePhoneNumber } from '../sms/phone-number.ts'
import type { Settings } from '../record/settings.ts'
import { requireSms, sendCode, type SendRejection, type SmsSent } from '../sms/send.ts'
import { type ChallengeClaims, isLiveChallenge } from '../tokens/spent.ts'
import { epochOf, type SmsFactor, type Subject } from '../record/subject.ts'
import { gateOf } from '../record/throttle.ts'
import { newId, openToken, readToken, sealToken } from '../tokens/token.ts'
import { type Decision, transact } from '../record/transact.ts'
import { prepareBinding } from './totp.ts'
import { SMS_CODE_DIGITS } from '../codes/recognize.ts'

interface EnrollmentClaims extends PermitClaims {
  readonly factor: Pick<SmsFactor, 'kind' | 'id' | 'number' | 'backup'>
}

/**
 * The answer to the code that proves a number. `backupCodes` are new ones, where the user had none.
 */
export type ConfirmVerdict = Verdict<{
  factorId: string
  grant: LoginGrant
  backupCodes: Secret<readonly string[]> | null
}>

/**
 * `twoFactor.sms`: codes by message, a restricted authenticator (63B-4 3.1.3.3): offer an app
 * beside it, and say why.
 */
export interface Sms {
  /**
   * Whether `createTwoFactor` was given the option `sms`: without it, the calls throw `ERR_OPTION`.
   */
  readonly configured: boolean
  /**
   * Begins to enroll a number and sends it a code. A number in the same role is replaced once the
   * new one is confirmed, under a new security stamp. With `backup`, the second number.
   * `number_refused`: of a country that is not on the list; nothing was sent.
   *
   * @throws `ERR_OPTION`, `ERR_SMS_SENDER`, `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`,
   * `ERR_TOKEN_KIND`, and the record's codes.
   */
  enroll(input: {
    permit: string
    sessionId?: string | undefined
    /** E.164: a plus sign, the calling code, the number; spaces and dashes do not matter. */
    number: string
    backup?: boolean | undefined
    context?: RequestContext | undefined
  }): Promise<
    | ({ outcome: 'accepted'; enrollment: string } & SmsSent)
    | SendRejection<'malformed_number' | 'number_refused'>
  >
  /**
   * Confirms a number by the code that it received, and in one write binds it and, for a first
   * factor, issues backup codes. A wrong code is an attempt like any other: here the caller does
   * not hold the secret.
   *
   * @throws as `enroll`, without `ERR_SMS_SENDER`.
   */
  confirm(input: {
    enrollment: string
    sessionId?: string | undefined
    code: string
    context?: RequestContext | undefined
  }): Promise<ConfirmVerdict>
  /**
   * Sends a code for a challenge (of a login, or, with its session, of a step-up) to the number or
   * the backup number. Throws as `enroll`.
   */
  send(input: {
    challenge: string
    to?: 'primary' | 'backup' | undefined
    /** For a step-up challenge. */
    sessionId?: string | undefined
    context?: RequestContext | undefined
  }): Promise<({ outcome: 'accepted' } & SmsSent) | SendRejection<'factor_unavailable'>>
  /**
   * Takes over a number that another system had confirmed. An operator's call: it asks for no
   * permit.
   */
  import(
    input: SmsImportInput,
  ): Promise<Change<NumberImported, 'malformed_number' | 'number_refused' | 'other_number'>>
}

export function createSms(settings: Settings): Sms {
  return {
    configured: settings.sms !== null,
    enroll: (input) => enroll(settings, input),
    confirm: (input) => confirm(settings, input),
    send: (input) => send(settings, input),
    import: (input) => importNumber(settings, input),
  }
}

async function enroll(
  settings: Settings,
  { permit, sessionId, number, backup, context }: Parameters<Sms['enroll']>[0],
): ReturnType<Sms['enroll']> {
  const options = requireSms(settings)
  const leave = await readPermit(settings, permit, sessionId, [MANAGE_FACTORS, ENROLL])
  if (!leave) return rejected('expired')
  const parsed = parsePhoneNumber(number)
  if (parsed === null) return rejected('malformed_number')
  if (!isCountryAllowed(options, parsed)) return rejected('number_refused')
  const factor = { kind: 'sms', id: newId(), number: parsed, backup: backup === true } as const
  const sent = await sendCode<never>(settings, {
    userId: leave.userId,
    context,
    choose: (subject, now) =>
      permits(subject, leave, now)
        ? { number: parsed, boundTo: factor.id, to: roleOf(factor) }
        : rejected('expired'),
  })
  if (sent.outcome === 'rejected') return sent
  const { subject, ...facts } = sent
  const claims: EnrollmentClaims = {
    ...leave,
    epoch: epochOf(subject),
    expiresAt: enrollmentExpiry(settings.now()),
    factor,
  }
  return { ...facts, enrollment: await sealToken(settings, claims, sessionId) }
}

async function confirm(
  settings: Settings,
  { enrollment, sessionId, code, context }: Parameters<Sms['confirm']>[0],
): Promise<ConfirmVerdict> {
  requireSms(settings)
  const claims = await openToken<EnrollmentClaims | PermitClaims>(settings, enrollment, sessionId)
  if (!claims || !isOfNumber(claims)) return rejected('expired')
  const typed = parseCode(code, SMS_CODE_DIGITS)
  const codes = generateBackupCodes({ count: settings.backupCodeCount })
  return transact<ConfirmVerdict>(settings, {
    userId: claims.userId,
    context,
    decide: async (subject, now) => {
      const judged = judge(settings, subject, claims, typed, now)
      if (!('used' in judged)) return judged
      const { backupCodes } = await prepareBinding(subject, claims, codes)
      return bindNumber(judged.used, claims, backupCodes && { set: backupCodes, codes }, now)
    },
  })
}

/** A right code, with the record in which it is used up; or what there is to say of any other. */
function judge(
  settings: Settings,
  subject: Subject | null,
  claims: EnrollmentClaims,
  typed: string | null,
  now: number,
): Decision<Rejection> | { used: Subject } {
  const refusal = refusalToBind(subject, claims, now)
  const meant = { kind: 'sms', purpose: 'enroll' } as const
  if (refusal || !subject)
    return refuse(rejected(refusal === 'already_used' ? refusal : 'expired'), meant)
  if (typed === null) return refuse(rejected('malformed_code'), { ...meant, kind: null })
  const gate = gateOf(subject.attempts.codes, now, settings.limits)
  if (gate !== 'open') return refuse({ outcome: 'rejected', ...gate }, meant)
  const found = compareSms(subject, typed, claims.factor.id, now)
  if (found.is === 'miss') return debit(settings, subject, { counter: 'codes', ...meant }, now)
  return found.is === 'match'
    ? found
    : refuse(rejected(found.is === 'replay' ? 'already_used' : 'expired'), meant)
}

function bindNumber(
  subject: Subject,
  claims: EnrollmentClaims,
  issued: { set: NonNullable<Subject['backupCodes']>; codes: Secret<readonly string[]> } | null,
  now: number,
): Decision<ConfirmVerdict> {
  // A backup number needs a number that it backs up.
  const backup =
    claims.factor.backup &&
    claims.basis !== 'recovery' &&
    subject.factors.some(
      (one) => one.kind === 'sms' && !one.backup && one.number !== claims.factor.number,
    )
  const factor: SmsFactor = { ...claims.factor, backup, createdAt: now }
  const { next, events } = bindFactor(subject, factor, claims, now)
  const grant = grantOf(
    claims.userId,
    next,
    { amr: methodsOf(claims.amr, 'sms'), assurance: 'mfa' },
    now,
  )
  return {
    result: {
      outcome: 'accepted',
      failuresBefore: subject.attempts.failures,
      factorId: factor.id,
      grant,
      backupCodes: issued?.codes ?? null,
    },
    next: issued ? { ...next, backupCodes: issued.set } : next,
    events,
  }
}

/** An authenticator's enrollment, sealed alike, confirms no number. */
function isOfNumber(claims: PermitClaims): claims is EnrollmentClaims {
  return (claims as EnrollmentClaims | { factor?: { kind: 'totp' } }).factor?.kind === 'sms'
}

function roleOf({ backup }: Pick<SmsFactor, 'backup'>): 'primary' | 'backup' {
  return backup ? 'backup' : 'primary'
}

async function send(
  settings: Settings,
  { challenge, to = 'primary', sessionId, context }: Parameters<Sms['send']>[0],
): ReturnType<Sms['send']> {
  const options = requireSms(settings)
  const claims = await readToken<ChallengeClaims>(settings, 'challenge', challenge, sessionId)
  if (!claims) return rejected('expired')
  const sent = await sendCode<'factor_unavailable'>(settings, {
    userId: claims.userId,
    context,
    choose: (subject, now) => {
      if (!isLiveChallenge(subject, claims, now)) return rejected('expired')
      const factor = subject?.factors.find((one) => one.kind === 'sms' && roleOf(one) === to) as
        SmsFactor | undefined
      return factor && isCountryAllowed(options, factor.number)
        ? { number: factor.number, boundTo: claims.id, to }
        : rejected('factor_unavailable')
    },
  })
  if (sent.outcome === 'rejected') return sent
  const { outcome, hint, expiresAt, resendAt } = sent
  return { outcome, hint, expiresAt, resendAt }
}
