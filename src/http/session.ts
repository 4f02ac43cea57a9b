import type { TwoFactor } from '../flow/create-two-factor.ts'
import type { Assurance } from '../flow/grant.ts'
import { checkUserId } from '../record/record-key.ts'
import { checkSessionId } from '../tokens/token.ts'

/** A session of the portal, as far as keystep needs to know it. */
export interface PortalSession {
  /** The immutable id of the user's row. */
  userId: string
  /** The id of the session itself; permits work in this session alone. */
  sessionId: string
  /**
   * The user's name as authenticator apps show it, such as the e-mail address; 1 to 128 characters
   * without a colon.
   */
  account: string
  /** When the first factor was last proven in this session. */
  firstFactorAt?: Date | string | undefined
  /**
   * `assurance` and `verifiedAt` of the grant that opened the session. Without them no guard takes
   * it for verified.
   */
  lastVerified?: { assurance: Assurance; verifiedAt: Date | string } | undefined
  /**
   * `securityStamp` of the grant that opened the session, or the newer one that `keepSession` was
   * given. A session whose stamp is not the user's current one has ended. Without one the routes
   * still serve the session, and `requireVerified` does not.
   */
  securityStamp?: string | undefined
  /** How the first factor was proven (RFC 8176). Default `['pwd']`. */
  amr?: readonly string[] | undefined
}

/** Finds the session of a request; null without one. */
export type SessionReader<S = PortalSession> = (request: Request) => S | null | Promise<S | null>

/**
 * The session, or null. @throws `ERR_USER_ID`, `ERR_OPTION` for one that is none, and what the
 * portal's own reader throws.
 */
export async function readSession(
  reader: SessionReader,
  request: Request,
): Promise<PortalSession | null> {
  const session = await reader(request)
  // Portals in JavaScript return undefined, too.
  if (session == null) return null
  checkUserId(session.userId)
  checkSessionId(session.sessionId)
  return session
}

/**
 * Whether a session was ended by a change that another one made. One that carries no stamp cannot
 * tell.
 */
export async function hasEnded(
  twoFactor: TwoFactor,
  { userId, securityStamp }: PortalSession,
): Promise<boolean> {
  if (securityStamp === undefined) return false
  return (await twoFactor.sessions.check({ userId, securityStamp })).outcome !== 'accepted'
}
