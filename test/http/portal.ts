import { randomBytes } from 'node:crypto'
import type { TwoFactorOptions } from 'keystep'
import {
  createTwoFactorHandler,
  type FetchHandler,
  type HandlerOptions,
  loginResponse,
  type PortalSession,
  readDeviceCookie,
  type SessionKeeper,
  type SessionOpener,
} from 'keystep/http'
import { expect } from 'vitest'
import { smsHouse } from '../flow/sms-house.ts'
import { undocumented } from './openapi.ts'

export const ORIGIN = 'https://portal.example'
export const BASE = '/two-factor'

/** What came back: status, body and headers. */
export interface Answer {
  status: number
  body: Record<string, unknown>
  headers: Headers
  text: string
}

export interface Ask {
  body?: unknown
  raw?: BodyInit
  headers?: Record<string, string>
}

/**
 * A portal over HTTP: its password login, its sessions, and the handler; `opened` is every session
 * that was ever opened.
 */
export function portal(
  options: Partial<TwoFactorOptions> = {},
  more: Partial<HandlerOptions> = {},
) {
  const h = smsHouse(options)
  const sessions = new Map<string, PortalSession>()
  const opened: { userId: string; assurance: string; sessionId: string }[] = []
  const reported: unknown[] = []
  const idOf = (request: Request): string =>
    /(?:^|; )session=([^;]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''
  const session = (request: Request): Promise<PortalSession | null> =>
    Promise.resolve(sessions.get(idOf(request)) ?? null)
  const keepSession: SessionKeeper = (securityStamp, request) => {
    sessions.set(idOf(request), { ...sessions.get(idOf(request))!, securityStamp })
    return undefined
  }
  const openSession: SessionOpener = (grant) => {
    const { userId, assurance, verifiedAt, securityStamp, amr } = grant
    const sessionId = randomBytes(18).toString('base64url')
    sessions.set(sessionId, {
      userId,
      sessionId,
      account: `${userId}@example.com`,
      firstFactorAt: verifiedAt,
      lastVerified: { assurance, verifiedAt },
      securityStamp,
      amr,
    })
    opened.push({ userId, assurance, sessionId })
    return { 'Set-Cookie': `session=${sessionId}; Path=/; HttpOnly; Secure` }
  }
  const onError = (error: unknown): void => void reported.push(error)
  const settings: HandlerOptions = {
    basePath: BASE,
    session,
    openSession,
    keepSession,
    onError,
    now: h.clock,
    ...more,
  }
  const handler = createTwoFactorHandler(h.twoFactor, settings)
  /** The portal's own: whoever says who he is, is. */
  const passwordLogin: FetchHandler = async (request) => {
    if (new URL(request.url).pathname !== '/login') return null
    const { userId } = (await request.json()) as { userId: string }
    const decision = await h.twoFactor.login.begin({
      userId,
      deviceToken: readDeviceCookie(request),
    })
    return loginResponse(decision, { request, openSession, now: h.clock })
  }
  const serve: FetchHandler = async (request) => (await passwordLogin(request)) ?? handler(request)
  return { ...h, sessions, opened, reported, session, openSession, handler, serve, settings }
}

export type Portal = ReturnType<typeof portal>

/** One browser: it keeps cookies, and holds every answer of a route against the OpenAPI file. */
export function browser(serve: FetchHandler) {
  const cookies = new Map<string, string>()
  const ask = async (
    method: string,
    path: string,
    { body, raw, headers = {} }: Ask = {},
  ): Promise<Answer> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await serve(
      new Request(ORIGIN + path, {
        method,
        headers: {
          ...(cookie !== '' && { cookie }),
          ...(method === 'POST' && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(payload !== undefined && { body: payload, duplex: 'half' }),
      }),
    )
    if (!response) throw new Error(`nobody answers ${method} ${path}`)
    keep(cookies, response.headers)
    const text = await response.text()
    const answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: JSON.parse(text) as Record<string, unknown>,
    }
    if (path.startsWith(`${BASE}/`))
      expect(undocumented(method, path.slice(BASE.length).replace(/\?.*/, ''), answer)).toEqual([])
    return answer
  }
  return {
    cookies,
    ask,
    get: (path: string, more?: Ask) => ask('GET', BASE + path, more),
    post: (path: string, body: unknown = {}, more: Ask = {}) =>
      ask('POST', BASE + path, { body, ...more }),
    login: (userId: string) => ask('POST', '/login', { body: { userId } }),
  }
}

export type Browser = ReturnType<typeof browser>

function keep(cookies: Map<string, string>, headers: Headers): void {
  for (const line of headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/Max-Age=0(;|$)/.test(line)) cookies.delete(name)
    else cookies.set(name, value)
  }
}
