import { KeystepError } from '../errors.ts'
import type { TwoFactor } from '../flow/create-two-factor.ts'
import { isText } from '../record/settings.ts'
import { type FailureHandler, failureResponse } from './failure.ts'
import type { FetchHandler } from './fetch-handler.ts'
import { errorResponse } from './responses.ts'
import { hasEnded, type PortalSession, readSession, type SessionReader } from './session.ts'

const PERMIT_HEADER = 'Keystep-Permit'

/** What {@link requireVerified} takes. */
export interface VerifiedOptions {
  twoFactor: TwoFactor
  session: SessionReader
  /**
   * `'mfa'`: a second factor was verified in this session. `'remembered'`: or its device is a
   * remembered one.
   */
  minimum: 'mfa' | 'remembered'
  /** Told of what became a 503. Default `console.error`. */
  onError?: FailureHandler | undefined
}

/**
 * A guard: lets a request through (null) when its session says, by `lastVerified`, that it was
 * opened with at least so much assurance. 401 without a session, and for one whose `securityStamp`
 * is missing or not the current one (`sessions.check`); 403 `second_factor_required` below the
 * minimum or when the session does not say, 503 when it cannot be had. One read.
 *
 * @throws `ERR_OPTION`
 */
export function requireVerified({
  twoFactor,
  session,
  minimum,
  onError,
}: VerifiedOptions): FetchHandler {
  if (!['mfa', 'remembered'].includes(minimum))
    throw new KeystepError('ERR_OPTION', "minimum is 'mfa' or 'remembered'")
  requireCheck(twoFactor)
  return guard(session, onError, async ({ userId, securityStamp, lastVerified }) => {
    if ((await twoFactor.sessions.check({ userId, securityStamp })).outcome !== 'accepted')
      return errorResponse('no_session')
    const assurance = lastVerified?.assurance
    const suffices = assurance === 'mfa' || (minimum === 'remembered' && assurance === 'remembered')
    return suffices ? null : errorResponse('second_factor_required')
  })
}

/** What {@link requirePermit} takes beside the purpose. */
export interface PermitOptions {
  twoFactor: TwoFactor
  session: SessionReader
  /**
   * Where the permit is. Default the header `Keystep-Permit`; for a form's hidden field, read it
   * from a clone of the request.
   */
  permit?:
    | ((request: Request) => string | null | undefined | Promise<string | null | undefined>)
    | undefined
  /** Told of what became a 503. Default `console.error`. */
  onError?: FailureHandler | undefined
}

/**
 * A guard: lets a request through (null) when it carries a live permit of this session for this
 * purpose (`stepUp.check`). 401 without a session, and for one whose `securityStamp` is not the
 * current one; 403 `permit_required` without such a permit, 400 for a token of another kind, 503
 * when the store does not answer. One read to let through.
 *
 * @throws `ERR_OPTION`
 */
export function requirePermit(
  purpose: string,
  { twoFactor, session, permit = fromHeader, onError }: PermitOptions,
): FetchHandler {
  if (!isText(purpose, 64)) throw new KeystepError('ERR_OPTION', 'purpose is 1 to 64 characters')
  requireCheck(twoFactor)
  return guard(session, onError, async (found, request) => {
    const { userId, sessionId, securityStamp } = found
    const shown = await permit(request)
    if (typeof shown === 'string' && shown !== '') {
      const checked = await twoFactor.stepUp.check({
        permit: shown,
        userId,
        sessionId,
        purpose,
        securityStamp,
      })
      if (checked.outcome === 'accepted') return null
    }
    return errorResponse((await hasEnded(twoFactor, found)) ? 'no_session' : 'permit_required')
  })
}

/** Said at once: a guard that finds out at the first request is a 503 in production. */
function requireCheck(twoFactor: TwoFactor | { sessions?: { check?: unknown } } | undefined): void {
  if (typeof twoFactor?.sessions?.check !== 'function')
    throw new KeystepError('ERR_OPTION', 'twoFactor is what createTwoFactor returned')
}

function fromHeader({ headers }: Request): string | null {
  return headers.get(PERMIT_HEADER)
}

/** Every way out but the judge's own null is a response: a guard that cannot tell is closed. */
function guard(
  reader: SessionReader,
  onError: FailureHandler | undefined,
  judge: (session: PortalSession, request: Request) => Response | null | Promise<Response | null>,
): FetchHandler {
  if (typeof reader !== 'function') throw new KeystepError('ERR_OPTION', 'session is a function')
  return async (request) => {
    try {
      const session = await readSession(reader, request)
      return session ? await judge(session, request) : errorResponse('no_session')
    } catch (error) {
      return failureResponse(error, onError)
    }
  }
}
