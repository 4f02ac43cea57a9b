import { deviceCookie, endChallengeCookie, readChallengeCookie } from 'keystep/http'
import type { LoginInProgress } from '../data/logins.ts'
import { deviceName } from '../device-name.ts'
import { ENROLL_MS, keepPermit } from '../enroll-cookie.ts'
import { drawLoginCode } from '../pages/login-code.ts'
import { leaveNotice } from '../pages/notice.ts'
import { contextOf } from '../request-context.ts'
import type { Visit } from '../visit.ts'

interface Try extends Pick<LoginInProgress, 'userId' | 'factors'> {
  challenge: string
  code: string
  isRemembered: boolean
  isBackup?: boolean
}

/**
 * One code of a login: a session for the grant, leave to set up anew for a support code, or the
 * page again.
 */
export async function tryCode(
  c: Visit,
  { userId, factors, challenge, code, isRemembered, isBackup = false }: Try,
): Promise<Response> {
  const { twoFactor, data, sessions, now } = c.var.portal
  const rememberDevice = isRemembered
    ? { label: deviceName(c.req.header('user-agent')) }
    : undefined
  const verdict = await twoFactor.login.verify({
    challenge,
    code,
    rememberDevice,
    context: contextOf(c),
  })
  if (verdict.outcome === 'rejected') {
    return verdict.reason === 'expired'
      ? logInAgain(c)
      : drawLoginCode(c, { factors, isBackup, isRemembered, rejected: verdict })
  }
  await data.logins.end(challenge)
  c.header('Set-Cookie', endChallengeCookie(), { append: true })
  if (verdict.outcome === 'enroll') {
    await data.logins.keep(
      verdict.permit,
      { userId, factors },
      new Date(now().getTime() + ENROLL_MS),
    )
    keepPermit(c, verdict.permit)
    return c.redirect('/login/enroll', 303)
  }
  await sessions.open(c, verdict.grant, { failuresBefore: verdict.failuresBefore })
  if (verdict.device)
    c.header('Set-Cookie', deviceCookie(verdict.device, { now }), { append: true })
  return c.redirect('/overview', 303)
}

/** The login that the challenge cookie belongs to, or null. */
export async function loginOf(c: Visit): Promise<(LoginInProgress & { challenge: string }) | null> {
  const { data, now } = c.var.portal
  const challenge = readChallengeCookie(c.req.raw)
  if (challenge === undefined) return null
  const login = await data.logins.find(challenge, now())
  return login && { ...login, challenge }
}

/**
 * The login is over: it was too late, or a form was sent twice and the session is there already.
 */
export function logInAgain(c: Visit): Response {
  if (!c.var.visitor) leaveNotice(c, 'This took too long. Log in again.', 'plain')
  return c.redirect('/login', 303)
}
