import { createHash, randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { LoginGrant, TwoFactor } from 'keystep'
import type { Data } from './data/data.ts'
import type { Session } from './data/sessions.ts'

const HOURS = 12

export interface Sessions {
  /**
   * The one place that opens sessions. keystep alone makes grants, so a route that forgets the
   * second factor has none to come in with. The session that there was ends, and the new one has a
   * new id.
   */
  open(
    c: Context,
    grant: LoginGrant,
    facts?: { failuresBefore?: number; firstFactorAt?: string },
  ): Promise<void>
  /**
   * The session of a request; null without one, and for one that a change of factors or of the
   * password has ended, wherever it was made.
   */
  read(c: Context): Promise<Session | null>
  close(c: Context): Promise<void>
}

interface Parts {
  data: Pick<Data, 'sessions'>
  twoFactor: Pick<TwoFactor, 'sessions'>
  now: () => Date
  /** A session of one application is none of another. */
  application: string
  /** Cookies know no ports: two applications on one host need two names. */
  cookie: string
}

/** Sessions in the database, so that all processes of the portal share them. */
export function createSessions({ data, twoFactor, now, application, cookie }: Parts): Sessions {
  const sessionIdOf = (c: Context): string | null => {
    const token = getCookie(c, cookie, 'host')
    return token === undefined ? null : createHash('sha256').update(token).digest('base64url')
  }
  const end = async (c: Context): Promise<void> => {
    const sessionId = sessionIdOf(c)
    if (sessionId !== null) await data.sessions.end(sessionId)
  }
  return {
    open: async (
      c,
      { userId, assurance, verifiedAt, securityStamp },
      { failuresBefore = 0, firstFactorAt = verifiedAt.toISOString() } = {},
    ) => {
      await end(c)
      const token = randomBytes(32).toString('base64url')
      const sessionId = createHash('sha256').update(token).digest('base64url')
      const lastVerified = { assurance, verifiedAt: verifiedAt.toISOString() }
      const expiresAt = new Date(now().getTime() + HOURS * 3_600_000)
      await data.sessions.add(
        { sessionId, userId, firstFactorAt, lastVerified, securityStamp, failuresBefore },
        application,
        expiresAt,
      )
      // The prefix asks for Secure, which browsers grant http://127.0.0.1 and http://localhost for
      // development.
      setCookie(c, cookie, token, {
        prefix: 'host',
        path: '/',
        secure: true,
        httpOnly: true,
        sameSite: 'Lax',
      })
      await data.sessions.sweep(now())
    },
    read: async (c) => {
      const sessionId = sessionIdOf(c)
      const session = sessionId && (await data.sessions.find(sessionId, application, now()))
      if (!session) return null
      const { outcome } = await twoFactor.sessions.check(session)
      // The row expires by itself: the session may just be writing the stamp of its own change.
      return outcome === 'accepted' ? session : null
    },
    close: async (c) => {
      await end(c)
      deleteCookie(c, cookie, { prefix: 'host', path: '/', secure: true })
    },
  }
}
