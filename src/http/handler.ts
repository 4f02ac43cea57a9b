import { KeystepError } from '../errors.ts'
import type { TwoFactor } from '../flow/create-two-factor.ts'
import type { RequestContext } from '../record/events.ts'
import type { RouteName } from './bodies.ts'
import { readJsonBody } from './body.ts'
import type { Call, Reply } from './call.ts'
import { CALLS } from './calls.ts'
import { ROUTES } from './contract.ts'
import {
  type CookieOptions,
  deviceCookie,
  endChallengeCookie,
  endDeviceCookie,
  readChallengeCookie,
} from './cookies.ts'
import { checkOrigins, isSameOrigin, type OriginOptions } from './csrf.ts'
import { type FailureHandler, failureResponse } from './failure.ts'
import type { FetchHandler } from './fetch-handler.ts'
import { parseBody } from './fields.ts'
import { openWith, type SessionKeeper, type SessionOpener } from './open-session.ts'
import { answerResponse, errorResponse } from './responses.ts'
import { hasEnded, readSession, type SessionReader } from './session.ts'

/** What {@link createTwoFactorHandler} takes. `session` and `openSession` are required. */
export interface HandlerOptions extends CookieOptions, OriginOptions {
  /**
   * Where the routes begin: a path with a slash before and none after it, as URLs have it; or `''`.
   * Default `'/two-factor'`.
   */
  basePath?: string | undefined
  /** Finds the session that a request belongs to. */
  session: SessionReader
  /** Opens a session for a grant, also where the user was in one, and returns its headers. */
  openSession: SessionOpener
  /**
   * Writes a new `securityStamp` into the session that has just taken a factor off. Without it,
   * that session is ended by its own change, where sessions keep their stamp.
   */
  keepSession?: SessionKeeper | undefined
  /**
   * The request facts that go into the user's activity. Default the user agent alone: whose word on
   * the IP address counts, the portal knows.
   */
  context?: ((request: Request) => RequestContext | Promise<RequestContext>) | undefined
  /** Told of everything that became a 503. Default `console.error`. */
  onError?: FailureHandler | undefined
}

/**
 * The HTTP door: JSON routes for all that a portal's pages need after the password, as
 * `(request) => Promise<Response | null>`, null for a path outside of `basePath` and, where that is
 * `''`, for one of no route. The routes are listed in docs/http.md and docs/openapi.json. It never
 * throws.
 *
 * @throws `ERR_OPTION`
 */
export function createTwoFactorHandler(
  twoFactor: TwoFactor,
  options: HandlerOptions,
): FetchHandler {
  const { basePath = '/two-factor', origins = [] } = options
  if (!isBasePath(basePath))
    throw new KeystepError(
      'ERR_OPTION',
      "basePath begins with a slash and ends without one, such as '/two-factor', and is encoded as in URLs",
    )
  if (typeof options.session !== 'function' || typeof options.openSession !== 'function')
    throw new KeystepError('ERR_OPTION', 'session and openSession are functions')
  if (!['function', 'undefined'].includes(typeof options.keepSession))
    throw new KeystepError('ERR_OPTION', 'keepSession is a function')
  checkOrigins(origins)
  return async (request) => {
    try {
      const { pathname } = new URL(request.url)
      if (!pathname.startsWith(`${basePath}/`)) return null
      const path = pathname.slice(basePath.length)
      return basePath === '' && methodsOf(path).length === 0
        ? null
        : await serve(twoFactor, options, request, path)
    } catch (error) {
      return failureResponse(error, options.onError)
    }
  }
}

/** What no path of a URL can begin with would never be asked for. */
function isBasePath(path: string): boolean {
  return (
    /^(\/[^/]+)*$/.test(path) &&
    new URL(`http://host${path}`).pathname === (path === '' ? '/' : path)
  )
}

async function serve(
  twoFactor: TwoFactor,
  options: HandlerOptions,
  request: Request,
  path: string,
): Promise<Response> {
  if (path.startsWith('/sms/') && !twoFactor.sms.configured) return errorResponse('not_found')
  const name = `${request.method} ${path}`
  if (!isRoute(name)) return errorOfUnknown(path)
  if (!isSameOrigin(request, options.origins ?? [])) return errorResponse('cross_origin')
  const terms = ROUTES[name]
  const read = request.method === 'GET' ? { value: {} } : await readJsonBody(request)
  if (read.refusal) return read.refusal
  const body = parseBody(terms.body, read.value)
  if (!body) return errorResponse('bad_request')
  const found = terms.session === 'none' ? null : await readSession(options.session, request)
  const session = found && !(await hasEnded(twoFactor, found)) ? found : null
  if (terms.session === 'required' && !session) return errorResponse('no_session')
  const context = (await options.context?.(request)) ?? {
    userAgent: request.headers.get('user-agent') ?? undefined,
  }
  // The table binds each call to its body and session; over a name known only now, TypeScript
  // cannot follow.
  const call = CALLS[name] as unknown as (
    ...args: [TwoFactor, unknown, unknown]
  ) => ReturnType<Call<RouteName>>
  const reply = await call(twoFactor, body, {
    session,
    challenge: readChallengeCookie(request),
    context,
  })
  return answerResponse(reply.answer, {
    headers: await headersOf(reply, options, request),
    now: options.now,
  })
}

function isRoute(name: string): name is RouteName {
  return Object.hasOwn(ROUTES, name)
}

function methodsOf(path: string): string[] {
  return ['GET', 'POST'].filter((method) => isRoute(`${method} ${path}`))
}

function errorOfUnknown(path: string): Response {
  const methods = methodsOf(path)
  return methods.length === 0
    ? errorResponse('not_found')
    : errorResponse('method_not_allowed', { Allow: methods.join(', ') })
}

async function headersOf(
  { grant, securityStamp, device, ends }: Reply<object>,
  options: HandlerOptions,
  request: Request,
): Promise<Headers> {
  const headers = grant ? await openWith(options.openSession, grant, request) : new Headers()
  if (securityStamp !== undefined) {
    const kept = await options.keepSession?.(securityStamp, request)
    for (const [name, value] of new Headers((kept ?? {}) as HeadersInit))
      headers.append(name, value)
  }
  if (device) headers.append('Set-Cookie', deviceCookie(device, options))
  if (ends === 'challenge' && readChallengeCookie(request) !== undefined)
    headers.append('Set-Cookie', endChallengeCookie(options))
  if (ends === 'device') headers.append('Set-Cookie', endDeviceCookie(options))
  return headers
}
