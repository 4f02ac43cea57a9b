import type { Json, RouteAnswers } from './answers.ts'
import type { RouteBody, RouteName } from './contract.ts'

/** A request that got no answer of its route: the network failed (`status` 0), the session ended (401), the service is down (503), ... */
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

type Post<P extends string> = `POST ${P}` extends infer R extends RouteName ? (body: RouteBody<R>) => Promise<Json<RouteAnswers[R]>> : never

/** One method per route; every one rejects with {@link TwoFactorRequestError}. */
export interface TwoFactorClient {
  status: () => Promise<Json<RouteAnswers['GET /status']>>
  login: { verify: Post<'/login/verify'> }
  stepUp: { begin: Post<'/step-up/begin'>; verify: Post<'/step-up/verify'> }
  totp: { enroll: Post<'/totp/enroll'>; pending: Post<'/totp/pending'>; confirm: Post<'/totp/confirm'> }
  sms: { send: Post<'/sms/send'>; enroll: Post<'/sms/enroll'>; confirm: Post<'/sms/confirm'> }
  backupCodes: { regenerate: Post<'/backup-codes/regenerate'> }
  factors: { rename: Post<'/factors/rename'>; remove: Post<'/factors/remove'>; removeAll: Post<'/factors/remove-all'> }
  devices: { revoke: Post<'/devices/revoke'>; revokeAll: Post<'/devices/revoke-all'> }
}

/**
 * A typed client for front ends, under 2 kB: `client.login.verify({ code })`. Rejections (`wrong_code`, `locked`, ...) are answers, whatever
 * their HTTP status; instants are ISO 8601 strings.
 *
 * @param fetch the browser's; cookies are its matter.
 * @param options `basePath` as the handler has it, with the origin before it where that differs. Default `'/two-factor'`.
 */
export function createTwoFactorClient(fetch: ClientFetch, { basePath = '/two-factor' }: { basePath?: string | undefined } = {}): TwoFactorClient {
  const send = async (path: string, init: RequestInit): Promise<never> => {
    const response = await fetch(basePath + path, init).catch((cause: unknown) => {
      throw new TwoFactorRequestError(0, '', { cause })
    })
    const answer = (await response.json().catch(() => null)) as { outcome?: string; error?: string } | null
    if (answer && (response.ok || answer.outcome)) return answer as never
    throw new TwoFactorRequestError(response.status, answer?.error ?? '')
  }
  const post = (path: string) => (body: object): Promise<never> =>
    send(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  return {
    status: () => send('/status', {}),
    login: { verify: post('/login/verify') },
    stepUp: { begin: post('/step-up/begin'), verify: post('/step-up/verify') },
    totp: { enroll: post('/totp/enroll'), pending: post('/totp/pending'), confirm: post('/totp/confirm') },
    sms: { send: post('/sms/send'), enroll: post('/sms/enroll'), confirm: post('/sms/confirm') },
    backupCodes: { regenerate: post('/backup-codes/regenerate') },
    factors: { rename: post('/factors/rename'), remove: post('/factors/remove'), removeAll: post('/factors/remove-all') },
    devices: { revoke: post('/devices/revoke'), revokeAll: post('/devices/revoke-all') },
  }
}
