import { challengeCookie, endChallengeCookie, readDeviceCookie } from 'keystep/http'
import type { User } from '../data/users.ts'
import { ENROLL_MS, keepPermit } from '../enroll-cookie.ts'
import { contextOf } from '../request-context.ts'
import type { Visit } from '../visit.ts'

/** The password was right: keystep says what has to follow before there is a session. */
export async function afterPassword(c: Visit, { id: userId }: Pick<User, 'id'>): Promise<Response> {
  const { twoFactor, sessions, data, now } = c.var.portal
  const decision = await twoFactor.login.begin({ userId, deviceToken: readDeviceCookie(c.req.raw), context: contextOf(c) })
  switch (decision.next) {
    case 'proceed':
      await sessions.open(c, decision.grant)
      c.header('Set-Cookie', endChallengeCookie(), { append: true })
      return c.redirect('/overview', 303)
    case 'challenge':
      await data.logins.keep(decision.challenge, { userId, factors: decision.factors }, decision.expiresAt)
      c.header('Set-Cookie', challengeCookie(decision, { now }), { append: true })
      return c.redirect('/login/code', 303)
    case 'enroll':
      await data.logins.keep(decision.permit, { userId, factors: decision.factors }, new Date(now().getTime() + ENROLL_MS))
      keepPermit(c, decision.permit)
      return c.redirect('/login/enroll', 303)
  }
}
