// What all wirings share and every portal has in its own way: users with passwords, sessions, and
// the password login.
import type { TwoFactor } from 'keystep'
import {
  errorResponse,
  jsonResponse,
  loginResponse,
  type PortalSession,
  readDeviceCookie,
  readJsonBody,
  type SessionKeeper,
  type SessionOpener,
  type SessionReader,
} from 'keystep/http'

/**
 * Fake, and in clear. Yours keeps a slow hash, and takes as long for an unknown name as for a wrong
 * password.
 */
const USERS = [{ userId: 'u-4711', name: 'ada', password: 'correct horse' }]

/** Where sessions are: a `Map` in one server that stays, a database where instances come and go. */
export interface Sessions {
  get(
    sessionId: string,
  ): PortalSession | null | undefined | Promise<PortalSession | null | undefined>
  set(sessionId: string, session: PortalSession): unknown
  delete(sessionId: string): unknown
}

/** The portal's own side, as the handler and the guards of keystep want it. */
export function createPortal(twoFactor: TwoFactor, sessions: Sessions) {
  const session: SessionReader = async (request) => (await sessions.get(idOf(request))) ?? null

  /**
   * The one place that opens sessions, with a grant or not at all: the old one ends, the new one
   * has a new id.
   */
  const openSession: SessionOpener = async (
    { userId, verifiedAt, assurance, securityStamp },
    request,
  ) => {
    const sessionId = crypto.randomUUID()
    const account = USERS.find((user) => user.userId === userId)?.name ?? userId
    await sessions.delete(idOf(request))
    await sessions.set(sessionId, {
      sessionId,
      userId,
      account,
      firstFactorAt: verifiedAt,
      lastVerified: { assurance, verifiedAt },
      securityStamp,
    })
    return { 'Set-Cookie': `session=${sessionId}; Path=/; HttpOnly; Secure; SameSite=Lax` }
  }

  /** For the session that has just taken a factor off: the stamp that it had is over. */
  const keepSession: SessionKeeper = async (securityStamp, request) => {
    const found = await sessions.get(idOf(request))
    if (found) await sessions.set(found.sessionId, { ...found, securityStamp })
  }

  const checkPassword = async (request: Request): Promise<Response> => {
    const read = await readJsonBody(request)
    if (read.refusal) return read.refusal
    const { name, password } = read.value
    const user = USERS.find((one) => one.name === name && one.password === password)
    if (!user) return jsonResponse({ error: 'wrong_name_or_password' }, { status: 401 })
    const decision = await twoFactor.login.begin({
      userId: user.userId,
      deviceToken: readDeviceCookie(request),
    })
    return loginResponse(decision, { request, openSession })
  }

  /**
   * The first factor. A right password is no session yet: `login.begin` says what follows. An
   * outage is an answer that says nothing.
   */
  const logIn = (request: Request): Promise<Response> =>
    checkPassword(request).catch((error: unknown) => {
      console.error(error)
      return errorResponse('unavailable')
    })

  return { session, openSession, keepSession, logIn }
}

function idOf(request: Request): string {
  return /(?:^|; )session=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''
}
