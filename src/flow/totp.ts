import { generateBackupCodes, hashBackupCodes, type BackupCodeSet } from '../backup-codes/index.ts'
import { Secret } from '../crypto/secret.ts'
import { buildKeyUri, OtpKey } from '../otp/index.ts'
import { parseCode } from '../otp/code-text.ts'
import { matchCounters } from '../otp/match-counters.ts'
import {
  bindFactor,
  enrollmentExpiry,
  hasMostAuthenticators,
  refusalToBind,
} from './bind-factor.ts'
import { cut, type RequestContext } from '../record/events.ts'
import type { LoginGrant } from './grant.ts'
import { importTotp, type TotpImported, type TotpImportInput } from './import-totp.ts'
import { grantOf, methodsOf } from './login.ts'
import { type Change, type Outcome, rejected } from '../record/outcome.ts'
import { ENROLL, MANAGE_FACTORS, permits, type PermitClaims, readPermit } from '../tokens/permit.ts'
import { backupCodePepper } from '../record/record-mac.ts'
import { isText, requireThat, type Settings } from '../record/settings.ts'
import { type Factor, newSubject, type Subject, type TotpFactor } from '../record/subject.ts'
import { keyOf, keyText, stepAt } from '../codes/totp-factor.ts'
import { newId, openToken, sealToken } from '../tokens/token.ts'
import { readRecord, transact } from '../record/transact.ts'

/** Steps each side of now in which a first code still tells that the phone's clock is off. */
const CLOCK_SEARCH_STEPS = 10

/** What to show: nothing of it is stored yet, and the live factor is untouched. */
export interface TotpEnrollment {
  /**
   * Carries the key, sealed; keep it in a hidden field or the session until `confirm`, 10 minutes
   * at most.
   */
  enrollment: string
  /** For `qrSvg`. */
  keyUri: Secret<string>
  /** The key in base32, grouped by 4, for typing. */
  manualKey: Secret<string>
  expiresAt: Date
}

/** What a confirmed authenticator brings. */
export interface TotpConfirmed {
  factorId: string
  /** The user has just proven a second factor: open the session, or raise the one there is. */
  grant: LoginGrant
  /** The one time that they are shown; null when the user has a set already. */
  backupCodes: Secret<readonly string[]> | null
}

/** The answer to a first code. */
export type TotpConfirmation =
  ({ outcome: 'accepted'; failuresBefore: number } & TotpConfirmed) | ConfirmRejection

/** Why a first code was not taken. None of these is an attempt: whoever confirms holds the key. */
export type ConfirmRejection =
  | {
      outcome: 'rejected'
      reason: 'wrong_code' | 'malformed_code' | 'expired' | 'already_used' | 'limit_reached'
    }
  /** The code is right for a clock that is so many seconds ahead (or, negative, behind). */
  | { outcome: 'rejected'; reason: 'clock_off'; bySeconds: number }

type Enrolled = Pick<
  TotpFactor,
  'kind' | 'id' | 'key' | 'algorithm' | 'digits' | 'periodSeconds' | 'label' | 'ordinal'
>
/**
 * What the sealed enrollment carries: its permit's claims, the factor to be, and the account's
 * name.
 */
interface EnrollmentClaims extends PermitClaims {
  readonly factor: Enrolled
  readonly account: string
}

/** `twoFactor.totp`: authenticator apps. */
export interface Totp {
  /**
   * Begins to enroll an authenticator: makes a key and writes nothing. `account` names the user in
   * the app; the label names the authenticator.
   *
   * @throws `ERR_OPTION`, `ERR_KEY_URI`, `ERR_STORE`, `ERR_CLOCK`, `ERR_TOKEN_KIND`, and the
   *   record's codes.
   */
  enroll(input: {
    permit: string
    sessionId?: string | undefined
    /**
     * Shown in the app beside the issuer; 1 to 128 characters of any script, without a colon. A
     * further authenticator of the user has a number after it: apps that find a name twice replace
     * the one by the other, or leave the user to guess which is which.
     */
    account: string
    label?: string | undefined
    context?: RequestContext | undefined
  }): Promise<Change<TotpEnrollment, 'expired' | 'limit_reached'>>
  /**
   * The same enrollment again, for a page drawn anew after a typo; `expired` once it is confirmed.
   * One read, no write. Throws as `enroll`.
   */
  pending(input: {
    enrollment: string
    sessionId?: string | undefined
  }): Promise<Outcome<TotpEnrollment, 'expired'>>
  /**
   * Confirms by a first code, and in one write binds the factor, uses up its step and, for a first
   * factor, issues backup codes.
   *
   * @throws `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`, `ERR_TOKEN_KIND`, and the record's codes.
   */
  confirm(input: {
    enrollment: string
    sessionId?: string | undefined
    code: string
    /**
     * Names the authenticator, where the page asks for it only now; in place of the label that
     * `enroll` was given. Cut to 64 characters; an empty one is none.
     */
    label?: string | undefined
    context?: RequestContext | undefined
  }): Promise<TotpConfirmation>
  /**
   * Takes over an authenticator that another system enrolled. An operator's call: it asks for no
   * permit.
   */
  import(input: TotpImportInput): Promise<Change<TotpImported, 'limit_reached'>>
}

export function createTotp(settings: Settings): Totp {
  return {
    enroll: (input) => enroll(settings, input),
    pending: (input) => pending(settings, input),
    confirm: (input) => confirm(settings, input),
    import: (input) => importTotp(settings, input),
  }
}

async function enroll(
  settings: Settings,
  { permit, sessionId, account, label }: Parameters<Totp['enroll']>[0],
): ReturnType<Totp['enroll']> {
  requireThat(isText(account, 128), 'account is 1 to 128 characters')
  const leave = await readPermit(settings, permit, sessionId, [MANAGE_FACTORS, ENROLL])
  if (!leave) return rejected('expired')
  const { subject } = await readRecord(settings, leave.userId)
  const now = settings.now()
  if (!permits(subject, leave, now)) return rejected('expired')
  if (leave.basis !== 'recovery' && hasMostAuthenticators(subject)) return rejected('limit_reached')
  const { algorithm, digits, periodSeconds } = settings.totp
  const key = keyText(OtpKey.generate())
  const factor: Enrolled = {
    kind: 'totp',
    id: newId(),
    key,
    algorithm,
    digits,
    periodSeconds,
    label: cut(label || 'Authenticator app', 64),
    ...ordinalAfter(subject?.factors ?? []),
  }
  const claims: EnrollmentClaims = { ...leave, expiresAt: enrollmentExpiry(now), factor, account }
  return {
    outcome: 'accepted',
    ...show(settings, claims, await sealToken(settings, claims, sessionId)),
  }
}

async function pending(
  settings: Settings,
  { enrollment, sessionId }: Parameters<Totp['pending']>[0],
): ReturnType<Totp['pending']> {
  const claims = await readEnrollment(settings, enrollment, sessionId)
  if (!claims) return rejected('expired')
  const { subject } = await readRecord(settings, claims.userId)
  // Once it is live, nothing shows a key again.
  if (refusalToBind(subject, claims, settings.now())) return rejected('expired')
  return { outcome: 'accepted', ...show(settings, claims, enrollment) }
}

/** The claims of an authenticator's live enrollment, or null; a number's, sealed alike, is none. */
async function readEnrollment(
  settings: Settings,
  enrollment: string,
  sessionId: string | undefined,
): Promise<EnrollmentClaims | null> {
  const claims = await openToken<EnrollmentClaims | (PermitClaims & { factor: { kind: 'sms' } })>(
    settings,
    enrollment,
    sessionId,
  )
  return claims?.factor.kind === 'totp' && claims.expiresAt > settings.now()
    ? (claims as EnrollmentClaims)
    : null
}

/** The number of the next authenticator: one more than any that is there. A first one has none. */
function ordinalAfter(factors: readonly Factor[]): Pick<TotpFactor, 'ordinal'> {
  const taken = factors.flatMap((one) => (one.kind === 'totp' ? (one.ordinal ?? 1) : []))
  return taken.length === 0 ? {} : { ordinal: Math.max(...taken, taken.length) + 1 }
}

function nameInApp(account: string, { ordinal }: Pick<TotpFactor, 'ordinal'>): string {
  return ordinal === undefined ? account : `${account.trim()} (${ordinal})`
}

function show(
  { issuer }: Settings,
  { factor, account, expiresAt }: EnrollmentClaims,
  enrollment: string,
): TotpEnrollment {
  const { algorithm, digits, periodSeconds } = factor
  const key = keyOf(factor)
  return {
    enrollment,
    keyUri: buildKeyUri({
      key,
      issuer,
      account: nameInApp(account, factor),
      algorithm,
      digits,
      periodSeconds,
    }),
    manualKey: new Secret(
      key
        .revealBase32()
        .match(/.{1,4}/g)!
        .join(' '),
    ),
    expiresAt: new Date(expiresAt),
  }
}

async function confirm(
  settings: Settings,
  { enrollment, sessionId, code, label, context }: Parameters<Totp['confirm']>[0],
): ReturnType<Totp['confirm']> {
  const claims = await readEnrollment(settings, enrollment, sessionId)
  if (!claims) return rejected('expired')
  const matched = matchFirstCode(settings, claims.factor, code, settings.now())
  if ('outcome' in matched) return matched
  const codes = generateBackupCodes({ count: settings.backupCodeCount })
  return transact<TotpConfirmation>(settings, {
    userId: claims.userId,
    context,
    decide: async (subject, now) => {
      const refusal = refusalToBind(subject, claims, now)
      if (refusal) return { result: rejected(refusal) }
      const { base, backupCodes } = await prepareBinding(subject, claims, codes)
      const factor: TotpFactor = {
        ...claims.factor,
        ...(label && { label: cut(label, 64) }),
        createdAt: now,
        lastUsedStep: matched.step,
        drift: 0,
        lastOffset: matched.offset,
      }
      const { next, events } = bindFactor(base, factor, claims, now)
      const grant = grantOf(
        claims.userId,
        next,
        { amr: methodsOf(claims.amr, 'totp'), assurance: 'mfa' },
        now,
      )
      const result: TotpConfirmation = {
        outcome: 'accepted',
        failuresBefore: base.attempts.failures,
        factorId: factor.id,
        grant,
        backupCodes: backupCodes && codes,
      }
      return { result, next: backupCodes ? { ...next, backupCodes } : next, events }
    },
  })
}

export interface Prepared {
  readonly base: Subject
  /** The set to issue, where the user has none to keep. */
  readonly backupCodes: BackupCodeSet | null
}

/**
 * What a binding starts from: the record, or a new one, and hashed backup codes where they are due.
 */
export async function prepareBinding(
  subject: Subject | null,
  { basis }: PermitClaims,
  codes: Secret<readonly string[]>,
): Promise<Prepared> {
  const base = subject ?? newSubject()
  const isDue = base.backupCodes === null || basis === 'recovery'
  return {
    base,
    backupCodes: isDue ? await hashBackupCodes(codes, { pepper: backupCodePepper(base) }) : null,
  }
}

/** Where a first code matches: within the window, or near enough to tell that the clock is off. */
function matchFirstCode(
  { totp: { window } }: Settings,
  factor: Enrolled,
  code: string,
  now: number,
): { step: number; offset: number } | ConfirmRejection {
  const { algorithm, digits, periodSeconds } = factor
  if (parseCode(code, digits) === null) return rejected('malformed_code')
  const current = stepAt(factor, now)
  const first = Math.max(0, current - CLOCK_SEARCH_STEPS)
  const steps = Array.from(
    { length: current + CLOCK_SEARCH_STEPS - first + 1 },
    (_, i) => first + i,
  )
  const offsets = matchCounters(keyOf(factor), code, steps, { algorithm, digits }).map(
    (step) => step - current,
  )
  const offset = offsets.findLast((one) => one >= -window.past && one <= window.future)
  if (offset !== undefined) return { step: current + offset, offset }
  const off = offsets.sort((a, b) => Math.abs(a) - Math.abs(b))[0]
  return off === undefined
    ? rejected('wrong_code')
    : { outcome: 'rejected', reason: 'clock_off', bySeconds: off * periodSeconds }
}
