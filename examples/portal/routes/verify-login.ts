import { deviceCookie, endChallengeCookie } from 'keystep/http'
import type { LoginInProgress } from '../data/logins.ts'
import { deviceName } from '../device-name.ts'
import { ENROLL_MS, keepPermit } from '../enroll-cookie.ts'
import type { Rejected } from '../pages/words.ts'
import { contextOf } from '../request-context.ts'
import type { Visit } from '../visit.ts'

interface Try {
  login: LoginInProgress
  challenge: string
  code: string
  isRemembered: boolean
}

/** One code of a login: a session for the grant, leave to set up anew for a support code, or why not. */
export async function verifyLogin(c: Visit, { login: { userId, factors }, challenge, code, isRemembered }: Try): Promise<Response | Rejected> {
  const { twoFactor, data, sessions, now } = c.var.portal
  const rememberDevice = isRemembered ? { label: deviceName(c.req.header('user-agent')) } : undefined
  const verdict = await twoFactor.login.verify({ challenge, code, rememberDevice, context: contextOf(c) })
  if (verdict.outcome === 'rejected') return verdict
  await data.logins.end(challenge)
  c.header('Set-Cookie', endChallengeCookie(), { append: true })
  if (verdict.outcome === 'enroll') {
    await data.logins.keep(verdict.permit, { userId, factors }, new Date(now().getTime() + ENROLL_MS))
    keepPermit(c, verdict.permit)
    return c.redirect('/login/enroll', 303)
  }
  await sessions.open(c, verdict.grant, { failuresBefore: verdict.failuresBefore })
  if (verdict.device) c.header('Set-Cookie', deviceCookie(verdict.device, { now }), { append: true })
  return c.redirect('/overview', 303)
}
