import type { Removal } from '../flow/factors.ts'
import type { LoginDecision } from '../flow/login.ts'
import type { Change, Outcome, Rejection, Verdict } from '../record/outcome.ts'
import type { SendRejection, SmsSent } from '../sms/send.ts'
import type { TwoFactorStatus } from '../flow/status.ts'
import type { StepUpDecision } from '../flow/step-up.ts'
import type { ConfirmRejection } from '../flow/totp.ts'
import type { RouteName } from './bodies.ts'

/** An accepted login: the session's and the device's cookies stand in the headers. */
export interface LoginVerified {
  outcome: 'accepted'
  /** Wrong codes since the last success, for "was this you?". */
  failuresBefore: number
  /** Where the user has backup codes. */
  backupCodesLeft?: number
  /** Until when this device is remembered. */
  device?: { expiresAt: Date }
}

/** What an enrollment page shows. */
export interface TotpShown {
  /** For `/totp/confirm`, 10 minutes. */
  enrollment: string
  keyUri: string
  /** The key in base32, grouped by 4. */
  manualKey: string
  /** The key URI as a QR code: a `data:image/svg+xml` URI for an `<img>`. */
  qr: string
  expiresAt: Date
}

/** What a confirmed factor brings: the session's cookies stand in the headers. */
export interface FactorConfirmed {
  outcome: 'accepted'
  failuresBefore: number
  factorId: string
  /** Shown this once; null when the user has a set already. */
  backupCodes: readonly string[] | null
}

/** What is left after a removal. The new security stamp goes to `keepSession`, and to no page. */
export interface FactorRemoved {
  outcome: 'accepted'
  /** Whether a confirmed factor is left. */
  enrolled: boolean
}

/**
 * The answer of every route, with instants as `Date`; on the wire they are ISO 8601 strings, see
 * {@link Json}.
 */
export interface RouteAnswers extends Record<RouteName, object> {
  'GET /status': TwoFactorStatus
  'POST /login/verify': LoginVerified | { outcome: 'enroll'; permit: string } | Rejection
  'POST /step-up/begin': StepUpDecision
  'POST /step-up/verify': Verdict<{ permit: string; expiresAt: Date }>
  'POST /totp/enroll': Change<TotpShown, 'expired' | 'limit_reached'>
  'POST /totp/pending': Outcome<TotpShown, 'expired'>
  'POST /totp/confirm': FactorConfirmed | ConfirmRejection
  'POST /sms/send': ({ outcome: 'accepted' } & SmsSent) | SendRejection<'factor_unavailable'>
  'POST /sms/enroll':
    | ({ outcome: 'accepted'; enrollment: string } & SmsSent)
    | SendRejection<'malformed_number' | 'number_refused'>
  'POST /sms/confirm': FactorConfirmed | Rejection
  'POST /backup-codes/regenerate': Change<
    { backupCodes: readonly string[] },
    'expired' | 'not_found'
  >
  'POST /factors/rename': Change<object, 'not_found'>
  'POST /factors/remove': FactorRemoved | Extract<Removal, { outcome: 'rejected' }>
  'POST /factors/remove-all': FactorRemoved | Extract<Removal, { outcome: 'rejected' }>
  'POST /devices/revoke': Change<object, 'not_found'>
  'POST /devices/revoke-all': { outcome: 'accepted'; revoked: number }
}

/** What a login page gets of `login.begin`: no grant, no challenge, which travel in headers. */
export type LoginAnswer = LoginDecision extends infer D
  ? D extends { next: string }
    ? Omit<D, 'grant' | 'challenge'>
    : never
  : never

/** A value as JSON carries it: a `Date` is an ISO 8601 string. */
export type Json<T> = T extends Date
  ? string
  : T extends readonly (infer E)[]
    ? readonly Json<E>[]
    : T extends object
      ? { [K in keyof T]: Json<T[K]> }
      : T

/** Every reason that a rejected answer can carry. */
export type AnswerReason = RouteAnswers[RouteName] extends infer A
  ? A extends { reason: infer R extends string }
    ? R
    : never
  : never
