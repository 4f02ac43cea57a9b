import type { Json, RouteAnswers } from './answers.ts'
import type { RouteBodies, RouteName } from './bodies.ts'

/**
 * A request that got no answer of its route: the network failed (`status` 0), the session ended
 * (401), the service is down (503), ...
 */
export class TwoFactorRequestError extends Error {
  override readonly name = 'TwoFactorRequestError'
  /** The HTTP status; 0 without a response. */
  readonly status: number
  /** The `error` of the body, such as `'no_session'`; empty where there is none. */
  readonly error: string

  constructor(status: number, error: string, options?: ErrorOptions) {
    super(`two-factor request failed: ${status} ${error}`, options)
    this.status = status
    this.error = error
  }
}

/** The part of `fetch` that the client needs. */
export type ClientFetch = (url: string, init: RequestInit) => Promise<Response>

/** Sends a body to a route, and resolves to its answer. */
export type Post<P extends string> = `POST ${P}` extends infer R extends RouteName
  ? (body: RouteBodies[R]) => Promise<Json<RouteAnswers[R]>>
  : never

/**
 * One method per route, `POST /factors/remove-all` as `factors.removeAll`; every one rejects with
 * {@link TwoFactorRequestError}.
 */
export interface TwoFactorClient {
  /** Everything that a security page shows. */
  status: () => Promise<Json<RouteAnswers['GET /status']>>
  login: {
    /** Checks a code against the challenge of the password login, and opens the session. */
    verify: Post<'/login/verify'>
  }
  stepUp: {
    /** Asks for a permit. */
    begin: Post<'/step-up/begin'>
    /** Checks a code for a permit. */
    verify: Post<'/step-up/verify'>
  }
  totp: {
    /** Begins to enroll an authenticator app. */
    enroll: Post<'/totp/enroll'>
    /** The same enrollment again. */
    pending: Post<'/totp/pending'>
    /** Binds it by a first code, and opens the session. */
    confirm: Post<'/totp/confirm'>
  }
  sms: {
    /** Sends a code for a challenge. */
    send: Post<'/sms/send'>
    /** Begins to enroll a number. */
    enroll: Post<'/sms/enroll'>
    /** Binds it by the code that it received, and opens the session. */
    confirm: Post<'/sms/confirm'>
  }
  backupCodes: {
    /** Issues new codes in place of the old ones. */
    regenerate: Post<'/backup-codes/regenerate'>
  }
  factors: {
    /** Names an authenticator anew. */
    rename: Post<'/factors/rename'>
    /** Removes one factor. */
    remove: Post<'/factors/remove'>
    /** The OFF switch. */
    removeAll: Post<'/factors/remove-all'>
  }
  devices: {
    /** Ends one remembered device. */
    revoke: Post<'/devices/revoke'>
    /** Ends all of them. */
    revokeAll: Post<'/devices/revoke-all'>
  }
}

/**
 * A typed client for front ends, under 2 kB: `client.login.verify({ code })`. Rejections
 * (`wrong_code`, `locked`, ...) are answers, whatever their HTTP status; instants are ISO 8601
 * strings.
 *
 * @param fetch the browser's; cookies are its matter.
 * @param options `basePath` as the handler has it, with the origin before it where that differs.
 *   Default `'/two-factor'`.
 */
export function createTwoFactorClient(
  fetch: ClientFetch,
  { basePath = '/two-factor' }: { basePath?: string | undefined } = {},
): TwoFactorClient {
  const send = async (path: string, init: RequestInit): Promise<never> => {
    const response = await fetch(basePath + path, init).catch((cause: unknown) => {
      throw new TwoFactorRequestError(0, '', { cause })
    })
    const answer = (await response.json().catch(() => null)) as {
      outcome?: string
      error?: string
    } | null
    if (answer && (response.ok || answer.outcome)) return answer as never
    throw new TwoFactorRequestError(response.status, answer?.error ?? '')
  }
  const post =
    (path: string) =>
    (body: object): Promise<never> =>
      send(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
  return {
    status: () => send('/status', {}),
    login: { verify: post('/login/verify') },
    stepUp: { begin: post('/step-up/begin'), verify: post('/step-up/verify') },
    totp: {
      enroll: post('/totp/enroll'),
      pending: post('/totp/pending'),
      confirm: post('/totp/confirm'),
    },
    sms: { send: post('/sms/send'), enroll: post('/sms/enroll'), confirm: post('/sms/confirm') },
    backupCodes: { regenerate: post('/backup-codes/regenerate') },
    factors: {
      rename: post('/factors/rename'),
      remove: post('/factors/remove'),
      removeAll: post('/factors/remove-all'),
    },
    devices: { revoke: post('/devices/revoke'), revokeAll: post('/devices/revoke-all') },
  }
}
