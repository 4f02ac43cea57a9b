import type { BackupCodeSet } from '../backup-codes/index.ts'
import { encodeBase64url } from '../crypto/base64url.ts'
import { randomBytes } from '../crypto/random.ts'
import type { OtpAlgorithm } from '../otp/index.ts'
import type { Attempts } from './throttle.ts'
import { noAttempts } from './throttle.ts'

/** Schema version of the record's text; a newer one is refused, never guessed at. */
export const SCHEMA = 1

/** A confirmed authenticator app. Instants inside a record are milliseconds since 1970. */
export interface TotpFactor {
  readonly kind: 'totp'
  readonly id: string
  readonly label: string
  /**
   * The number after the account in the app, from 2 on: no two authenticators that a user has had
   * at once have the same name there. Left out for 1, and for what was imported.
   */
  readonly ordinal?: number
  readonly createdAt: number
  /** The shared key, base64url. The record around it is sealed. */
  readonly key: string
  readonly algorithm: OtpAlgorithm
  readonly digits: 6 | 7 | 8
  readonly periodSeconds: number
  /**
   * The greatest step whose code was accepted: no code of it or before it is accepted again (RFC
   * 6238 5.2).
   */
  readonly lastUsedStep: number | null
  /** Learned drift in steps, and where the last success lay (RFC 6238 6). */
  readonly drift: number
  readonly lastOffset: number
}

/** A confirmed phone number. */
export interface SmsFactor {
  readonly kind: 'sms'
  readonly id: string
  readonly createdAt: number
  /** E.164. */
  readonly number: string
  readonly backup: boolean
}

export type Factor = TotpFactor | SmsFactor

/** A remembered device; its token is known by a MAC alone. */
export interface Device {
  readonly id: string
  readonly mac: string
  readonly label: string
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly expiresAt: number
}

/** Whether the 30 seconds after a send were given back, since its provider failed. */
export interface Forgiven {
  readonly last: boolean
  readonly before: boolean
}

/**
 * The SMS code in flight, bound to the challenge or enrollment that asked for it, and the sends of
 * the last day.
 */
export interface SmsState {
  readonly code: {
    readonly boundTo: string
    readonly mac: string
    readonly expiresAt: number
    readonly used: boolean
  } | null
  readonly sentAt: readonly number[]
  /** Whose provider failed: such a send waits for no pause, but never two in a row. */
  readonly forgiven: Forgiven
}

/**
 * The one support code outstanding; once redeemed it stands until the enrollment that it allows is
 * confirmed.
 */
export interface SupportCode {
  readonly id: string
  readonly mac: string
  readonly issuedAt: number
  readonly expiresAt: number
  readonly redeemed: boolean
}

/** A challenge or permit that was spent, remembered until it would have expired by itself. */
export interface Spent {
  readonly id: string
  readonly issuedAt: number
  readonly until: number
}

/**
 * The user's backup codes. Those that another system made may be short: their wrong ones are
 * counted.
 */
export type BackupCodesState = BackupCodeSet & { readonly imported?: true }

/** All second-factor state of one user: what the sealed record holds. */
export interface Subject {
  readonly schema: typeof SCHEMA
  /**
   * Empty until the first factor is bound, or a reset or password change writes one; outside it is
   * the security stamp. `provenAfter`: where the server that wrote last ran ahead, proofs of a
   * second factor up to that write are from before the epoch, too.
   */
  readonly epoch: { readonly id: string; readonly at: number; readonly provenAfter?: number }
  /** Key of the MACs kept inside this record, so that rotating the keyring never breaks them. */
  readonly macKey: string
  /** The instant of the last write: what the clock rule looks at. */
  readonly touchedAt: number
  readonly factors: readonly Factor[]
  readonly backupCodes: BackupCodesState | null
  readonly attempts: Attempts
  readonly spent: readonly Spent[]
  /** Tokens issued at or before this instant are spent: where the list of spent ones overflowed. */
  readonly spentFloor: number
  readonly sms: SmsState
  readonly devices: readonly Device[]
  readonly support: SupportCode | null
  /**
   * Since a reset: the password alone opens and binds nothing until a support code brought a
   * factor.
   */
  readonly needsSupportCode: boolean
  /** What `erase` left is kept until then, and may then go; null for every other record. */
  readonly keptUntil: number | null
  /**
   * When the last factor was taken off by a rightful change; null while enrolled, and when there
   * never was one.
   */
  readonly offSince: number | null
  /** What happened, newest last: lines that {@link readActivity} reads. */
  readonly activity: readonly string[]
}

const notForgiven: Forgiven = { last: false, before: false }
const noSms: SmsState = { code: null, sentAt: [], forgiven: notForgiven }

/** What a record begins with, and leaves unsaid for as long as it is this very value. */
export const untouched = {
  backupCodes: null,
  attempts: noAttempts,
  spent: [],
  spentFloor: 0,
  sms: noSms,
  devices: [],
  support: null,
  needsSupportCode: false,
  keptUntil: null,
  offSince: null,
} as const satisfies Partial<Subject>

/** The record of a user of whom nothing is known yet. */
export function newSubject(): Subject {
  return {
    schema: SCHEMA,
    epoch: { id: '', at: 0 },
    macKey: encodeBase64url(randomBytes(32)),
    touchedAt: 0,
    factors: [],
    activity: [],
    ...untouched,
  }
}

/**
 * Ends every challenge, permit, enrollment, code in flight, remembered device and session of
 * before at once, and no proof from before counts as fresh any more.
 */
export function renewEpoch(subject: Subject, now: number): Subject {
  const id = encodeBase64url(randomBytes(16))
  const epoch = { id, at: now, ...(subject.touchedAt > now && { provenAfter: subject.touchedAt }) }
  const sms = subject.sms.code ? { ...subject.sms, code: null } : subject.sms
  const { devices, spent, spentFloor } = untouched
  return { ...subject, epoch, devices, spent, spentFloor, sms }
}

export type Enrolled = Subject & { readonly factors: readonly [Factor, ...Factor[]] }

/**
 * Whether a confirmed factor is in the record. A locked, exhausted or country-refused factor is
 * still live.
 */
export function isEnrolled(subject: Subject | null): subject is Enrolled {
  return subject !== null && subject.factors.length > 0
}

/** The epoch id that tokens are bound to; empty without a record. */
export function epochOf(subject: Subject | null): string {
  return subject?.epoch.id ?? ''
}

/** The epoch as sessions keep it: its id, or `'0'` where there is none yet. */
export function stampOf(subject: Subject | null): string {
  return epochOf(subject) || '0'
}
