import { Keyring } from '../crypto/keyring.ts'
import { KeystepError, type KeystepErrorCode } from '../errors.ts'
import type { OtpAlgorithm } from '../otp/index.ts'
import { MAX_ENCODED_ISSUER } from '../otp/key-uri.ts'
import type { RecordStore } from '../stores/record-store.ts'
import { byteLength, isWellFormed } from '../crypto/frame.ts'
import { recordPrefix } from './record-key.ts'
import type { ErrorHandler, EventHandler } from './events.ts'
import type { Requirement } from './requirement.ts'
import { resolveSms, type SmsOptions, type SmsSettings } from './sms-options.ts'
import { type Limits, resolveLimits, type ResolvedLimits } from './throttle.ts'

/** What `createTwoFactor` takes. Only `issuer`, `store` and `keyring` are required. */
export interface TwoFactorOptions {
  /**
   * The name that authenticator apps and messages show; no colon, at most 64 characters, and at
   * most 480 once percent-encoded, which are 53 of a script such as Chinese, Hindi or Thai: a
   * longer one would leave a QR code no room for the longest account.
   */
  issuer: string
  /** Where the sealed records live; see `keystep/stores`. */
  store: RecordStore
  /** See `createKeyring`. */
  keyring: Keyring
  /**
   * One enrollment is shared by all applications of a realm; two realms never see each other. 1 to
   * 64 bytes, default `'default'`.
   */
  realm?: string | undefined
  /**
   * For factors enrolled from now on; each factor keeps its own. Default SHA1, 6 digits, 30
   * seconds, since common apps ignore anything else; the window is one step each side of now (RFC
   * 6238 5.2), 0 to 10 each.
   */
  totp?:
    | {
        algorithm?: OtpAlgorithm | undefined
        digits?: 6 | 7 | 8 | undefined
        periodSeconds?: number | undefined
        window?: { past: number; future: number } | undefined
      }
    | undefined
  /** How many backup codes a set has: 1 to 32, default 10. */
  backupCodes?: { count?: number | undefined } | undefined
  /** Leave out to have no SMS factor. */
  sms?: SmsOptions | undefined
  /** Remembered devices: 1 to 90 days, default 30, fixed; 1 to 10 per user, default 10. */
  devices?: { days?: number | undefined; max?: number | undefined } | undefined
  /** Who must have a second factor; asked where it matters. Default: nobody must. */
  requirement?: ((userId: string) => Requirement | Promise<Requirement>) | undefined
  limits?: Limits | undefined
  /** The clock, default the system's. It must be the server's own (ASVS 6.5.8). */
  now?: (() => Date) | undefined
  /** Told of every event after it was committed; never waited for. */
  onEvent?: EventHandler | undefined
  /** Told of what failed beside the way: an `onEvent` that threw. Default `console.error`. */
  onError?: ErrorHandler | undefined
}

/** Options, checked and complete. */
export interface Settings {
  readonly issuer: string
  readonly store: RecordStore
  readonly keyring: Keyring
  readonly realm: string
  /** Everything that the realm's user records begin with. */
  readonly recordPrefix: string
  readonly totp: {
    algorithm: OtpAlgorithm
    digits: 6 | 7 | 8
    periodSeconds: number
    window: { past: number; future: number }
  }
  readonly backupCodeCount: number
  readonly sms: SmsSettings | null
  readonly devices: { days: number; max: number }
  readonly requirement: (userId: string) => Requirement | Promise<Requirement>
  readonly limits: ResolvedLimits
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly onEvent: EventHandler | undefined
  readonly onError: ErrorHandler
}

/** Checks everything at once, so that a mistake shows at start-up and not at the first login. */
export function resolveSettings(options: TwoFactorOptions): Settings {
  requireObject(options, 'createTwoFactor takes an object of options')
  const {
    issuer,
    store,
    keyring,
    realm = 'default',
    totp = {},
    backupCodes = {},
    devices = {},
    limits = {},
  } = options
  for (const part of [totp, backupCodes, devices, limits])
    requireObject(part, 'totp, backupCodes, devices and limits are objects')
  for (const part of [options.requirement, options.now, options.onEvent, options.onError]) {
    requireThat(
      part === undefined || typeof part === 'function',
      'requirement, now, onEvent and onError are functions',
    )
  }
  requireThat(
    isText(issuer, 64) && issuer.trim() !== '' && !/[:\p{Cc}]/u.test(issuer),
    'issuer is 1 to 64 characters without a colon',
  )
  requireThat(
    encodeURIComponent(issuer.trim()).length <= MAX_ENCODED_ISSUER,
    `issuer is at most ${MAX_ENCODED_ISSUER} characters once percent-encoded`,
  )
  requireThat(
    typeof (store as RecordStore | undefined)?.get === 'function' &&
      typeof store.put === 'function',
    'store is a RecordStore',
  )
  requireThat(keyring instanceof Keyring, 'keyring is what createKeyring returned')
  requireThat(isText(realm, 64) && byteLength(realm) <= 64, 'realm is 1 to 64 bytes')
  const {
    algorithm = 'SHA1',
    digits = 6,
    periodSeconds = 30,
    window = { past: 1, future: 1 },
  } = totp
  requireThat(
    ['SHA1', 'SHA256', 'SHA512'].includes(algorithm),
    'totp.algorithm is SHA1, SHA256 or SHA512',
  )
  requireThat([6, 7, 8].includes(digits), 'totp.digits is 6, 7 or 8')
  requireThat(isWhole(periodSeconds, 15, 120), 'totp.periodSeconds is 15 to 120 (63B-4 3.1.4.1)')
  requireObject(window, 'totp.window is an object')
  requireThat(
    isWhole(window.past, 0, 10) && isWhole(window.future, 0, 10),
    'totp.window is 0 to 10 steps each side',
  )
  const { count = 10 } = backupCodes
  requireThat(isWhole(count, 1, 32), 'backupCodes.count is 1 to 32')
  const { days = 30, max = 10 } = devices
  requireThat(isWhole(days, 1, 90) && isWhole(max, 1, 10), 'devices: days 1 to 90, max 1 to 10')
  const clock = options.now ?? (() => new Date())
  return {
    issuer,
    store,
    keyring,
    realm,
    recordPrefix: recordPrefix(realm),
    totp: { algorithm, digits, periodSeconds, window },
    backupCodeCount: count,
    sms: options.sms ? resolveSms(options.sms) : null,
    devices: { days, max },
    requirement: options.requirement ?? (() => 'optional'),
    limits: resolveLimits(limits),
    now: () => instantOf(clock(), 'now() returns a valid Date'),
    onEvent: options.onEvent,
    onError: options.onError ?? ((error) => console.error(error)),
  }
}

/**
 * Throws `ERR_OPTION`, or another code, unless a condition that the developer answers for holds.
 */
export function requireThat(
  condition: boolean,
  message: string,
  code: KeystepErrorCode = 'ERR_OPTION',
): asserts condition {
  if (!condition) throw new KeystepError(code, message)
}

/** Whether a value is a non-empty, well-formed string of at most so many characters. */
export function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= most && isWellFormed(value)
}

function requireObject(value: unknown, message: string): void {
  requireThat(typeof value === 'object' && value !== null, message)
}

export function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

/** Milliseconds of a Date or ISO string. @throws `ERR_OPTION` */
export function instantOf(value: Date | string, message: string): number {
  const instant =
    value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : NaN
  requireThat(Number.isFinite(instant), message)
  return instant
}
