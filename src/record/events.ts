import { KeystepError } from '../errors.ts'
import type { Rejection } from './outcome.ts'
import type { CounterName } from './throttle.ts'

/** What a code was, once it was accepted. */
export type FactorKind = 'totp' | 'sms' | 'backup_code' | 'support_code'

/**
 * What a code was meant as that opened nothing: digits that an app and a message could both have
 * made are `'totp_or_sms'`.
 */
export type AttemptKind = FactorKind | 'totp_or_sms'

/** Why a code was not judged. */
export type RefusalReason = Exclude<Rejection['reason'], 'wrong_code'>

/**
 * What happened, without when, to whom and from where. A closed union: `switch` on `type`. No code,
 * key, token or number is ever in it.
 */
export type EventDetail =
  | { type: 'factor.enrolled'; factorId: string; kind: 'totp' | 'sms'; label: string }
  | { type: 'factor.imported'; factorId: string; kind: 'totp' | 'sms'; label: string }
  | { type: 'factor.removed'; factorId: string; kind: 'totp' | 'sms'; label: string }
  | { type: 'factor.renamed'; factorId: string; label: string }
  /**
   * `purpose` is `'login'` or that of the step-up, and for the first code of a number `'enroll'`.
   */
  | { type: 'code.accepted'; kind: FactorKind; purpose: string; failuresBefore: number }
  /**
   * A wrong code. `passwordKnown`: five or more in a row, or twenty or more within 30 days,
   * successes or not; whoever types them has the password, and the owner should be told to change
   * it. `counter` is null, and both counts 0, for a backup or support code that keystep made: it is
   * not counted, and told to `onEvent`, not written.
   */
  | {
      type: 'code.rejected'
      counter: CounterName | null
      inARow: number
      passwordKnown: boolean
      within30Days: number
      kind: AttemptKind
      purpose: string
    }
  /**
   * A code that was not judged (PCI DSS 10.2.1.4); told to `onEvent`, not written. `already_used`:
   * a right code came a second time, the owner's sign of phishing. `kind` is null where the text
   * was no code at all.
   */
  | { type: 'code.refused'; reason: RefusalReason; kind: AttemptKind | null; purpose: string }
  | { type: 'locked'; counter: CounterName; retryAt: Date }
  | { type: 'exhausted'; counter: CounterName }
  | { type: 'backup_code.used'; left: number }
  /** Three or fewer are left. */
  | { type: 'backup_codes.low'; left: number }
  | { type: 'backup_codes.regenerated'; count: number }
  | { type: 'device.remembered'; deviceId: string; label: string; expiresAt: Date }
  | { type: 'device.revoked'; deviceId: string; label: string }
  | { type: 'sms.sent'; to: 'primary' | 'backup' }
  | { type: 'support_code.issued'; actor: string; reason: string; expiresAt: Date }
  | { type: 'reset'; actor: string; reason: string }
  | { type: 'password.changed' }
  /** `codesJudged`: the wrong codes of the last 30 days that had led to the lock. */
  | { type: 'unlocked'; actor: string; reason: string; codesJudged: number }
  /** Told to `onEvent` alone: the record that is left tells nothing of who had it. */
  | { type: 'erased'; actor: string; reason: string }
  /** `from`: the user id before, which is the same where only the store changed. */
  | { type: 'moved'; from: string; actor: string; reason: string }
  | { type: 'exported'; actor: string; reason: string }
  /** After a backup was restored: everything begun before ended. */
  | { type: 'restored'; actor: string; reason: string }
  /** The check of the keyring was written anew; told to `onEvent` alone, with an empty `userId`. */
  | { type: 'keyring.replaced'; actor: string; reason: string; keyIds: readonly string[] }
  /**
   * Four fifths of a ceiling on messages are used; told to `onEvent` alone, with an empty `userId`.
   */
  | { type: 'sms.ceiling_near'; scope: string; most: number; until: Date }
  /**
   * A ceiling on messages is reached: none is sent within it before `until`; told as the one
   * before.
   */
  | { type: 'sms.ceiling_reached'; scope: string; most: number; until: Date }

/** Request facts that the caller passed, cut to 45 and 160 characters. */
export interface RequestContext {
  ip?: string | undefined
  userAgent?: string | undefined
}

/** When an event happened, and from where, as far as the portal said. */
export interface EventFacts {
  at: Date
  ip?: string
  userAgent?: string
}

/**
 * One event as `onEvent` gets it, after the change it tells of was committed. `userId` is empty
 * where no single user is meant: `keyring.replaced`, `sms.ceiling_near`, `sms.ceiling_reached`.
 */
export type KeystepEvent = EventDetail & EventFacts & { userId: string }

/**
 * One line of `status().activity`. Repeated failures, sends and renamings are one line: `count` of
 * them, the first at `firstAt`, the last at `at`.
 */
export type ActivityEntry = EventDetail & EventFacts & { count?: number; firstAt?: Date }

/**
 * Cuts what came from outside before it is kept; cutting never splits a character in two. Control
 * characters and lone surrogates become U+FFFD: whoever shows the line in a terminal or a log gets
 * one line of text, and no character takes more than 3 bytes.
 */
export function cut(text: unknown, most: number): string {
  if (typeof text !== 'string') return ''
  const whole = text.length <= most ? text : text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')
  return whole.replace(/[\p{Cc}\p{Surrogate}]/gu, '\uFFFD')
}

/** The request facts, cut; anything but strings is left out. */
export function factsOf(context: RequestContext | undefined): { ip?: string; userAgent?: string } {
  const { ip, userAgent } = context ?? {}
  return {
    ...(typeof ip === 'string' && { ip: cut(ip, 45) }),
    ...(typeof userAgent === 'string' && { userAgent: cut(userAgent, 160) }),
  }
}

/**
 * Takes every event, after the change it tells of. What it throws is reported to `onError` as
 * `ERR_EVENT_HANDLER`, and blocks nothing.
 */
export type EventHandler = (event: KeystepEvent) => void | Promise<void>

/** Told of what failed beside the way; what it throws itself is dropped. */
export type ErrorHandler = (error: KeystepError) => void | Promise<void>

/**
 * Hands events on without waiting: a handler that throws, rejects or hangs neither blocks nor
 * undoes what was committed.
 */
export function emit(
  onEvent: EventHandler,
  onError: ErrorHandler,
  events: readonly KeystepEvent[],
): void {
  for (const event of events) void tell(onEvent, onError, event)
}

async function tell(
  onEvent: EventHandler,
  onError: ErrorHandler,
  event: KeystepEvent,
): Promise<void> {
  try {
    await onEvent(event)
  } catch (cause) {
    try {
      await onError(
        new KeystepError('ERR_EVENT_HANDLER', 'onEvent failed; what it was told of stands', {
          cause,
        }),
      )
    } catch {
      // A reporter that fails has nobody left to report to.
    }
  }
}
