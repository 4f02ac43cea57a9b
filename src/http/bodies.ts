import type { FactorKind } from '../record/events.ts'

/** An empty body: `{}`. */
export type NoBody = Readonly<Record<string, never>>

/** A code, typed for something. */
export interface CodeBody {
  /** Whatever the user typed, at most 256 characters. */
  code: string
  /** Where the page has a field for each factor. */
  factor?: FactorKind | undefined
}

/**
 * The request body of every route. Texts are well-formed; a field that is not named here is
 * refused.
 */
export interface RouteBodies {
  'GET /status': NoBody
  /**
   * `challenge`: default the cookie's. `rememberDevice`: the user ticked it; the label is cut to 64
   * characters.
   */
  'POST /login/verify': CodeBody & {
    challenge?: string | undefined
    rememberDevice?: { label: string } | undefined
  }
  /** 1 to 64 characters. */
  'POST /step-up/begin': { purpose: string }
  'POST /step-up/verify': CodeBody & { challenge: string }
  /**
   * `account` counts without a session alone: 1 to 128 characters, no colon. `label`: cut to 64
   * characters; an empty one is none.
   */
  'POST /totp/enroll': { permit: string; account?: string | undefined; label?: string | undefined }
  'POST /totp/pending': { enrollment: string }
  /** `label`: as in `/totp/enroll`, in place of the one given there. */
  'POST /totp/confirm': { enrollment: string; code: string; label?: string | undefined }
  /** `challenge`: default the cookie's. `to`: default the primary number. */
  'POST /sms/send': { challenge?: string | undefined; to?: 'primary' | 'backup' | undefined }
  /** `number` in E.164; `backup` for the second number. */
  'POST /sms/enroll': { permit: string; number: string; backup?: boolean | undefined }
  'POST /sms/confirm': { enrollment: string; code: string }
  'POST /backup-codes/regenerate': { permit: string }
  /** `label`: cut to 64 characters, not empty. */
  'POST /factors/rename': { factorId: string; label: string }
  'POST /factors/remove': { permit: string; factorId: string }
  'POST /factors/remove-all': { permit: string }
  'POST /devices/revoke': { deviceId: string }
  'POST /devices/revoke-all': NoBody
}

/** Method and path of a route, such as `'POST /login/verify'`. */
export type RouteName = keyof RouteBodies
