import type { TwoFactor } from '../flow/create-two-factor.ts'
import type { DeviceIssued } from '../tokens/device.ts'
import type { RequestContext } from '../record/events.ts'
import type { LoginGrant } from '../flow/grant.ts'
import type { RouteAnswers } from './answers.ts'
import type { RouteBodies, RouteName } from './bodies.ts'
import type { RouteSession } from './contract.ts'
import type { PortalSession } from './session.ts'

/** What a call may know of the request, beside its body. */
export interface Caller<R extends RouteName> {
  readonly session: {
    none: null
    optional: PortalSession | null
    required: PortalSession
  }[RouteSession<R>]
  /** The challenge cookie. */
  readonly challenge: string | undefined
  readonly context: RequestContext
}

/** What a call wants said: the answer's body, and what it does to cookies and sessions. */
export interface Reply<A> {
  readonly answer: A
  /** The one thing that opens a session. */
  readonly grant?: LoginGrant
  /** The new one, for the session that made the change. */
  readonly securityStamp?: string | undefined
  readonly device?: DeviceIssued | undefined
  /** Cookies that have had their day. */
  readonly ends?: 'challenge' | 'device' | undefined
}

/** Makes a route's call to keystep, and says what to reveal of its result. */
export type Call<R extends RouteName> = (
  twoFactor: TwoFactor,
  body: RouteBodies[R],
  caller: Caller<R>,
) => Promise<Reply<RouteAnswers[R]>>
