import { challengeCookie, endChallengeCookie, readDeviceCookie } from 'keystep/http'
import type { User } from '../data/users.ts'
import { ENROLL_MS, keepPermit } from '../enroll-cookie.ts'
import { contextOf } from '../request-context.ts'
import type { Visit } from '../visit.ts'
import { tryCode } from './try-code.ts'

/**
 * The password was right: keystep says what has to follow before there is a session. `code`: where
 * one was typed on the same page.
 */
export async function afterPassword(
  c: Visit,
  { id: userId }: Pick<User, 'id'>,
  code = '',
): Promise<Response> {
  const { twoFactor, sessions, data, now } = c.var.portal
  const decision = await twoFactor.login.begin({
    userId,
    deviceToken: readDeviceCookie(c.req.raw),
    context: contextOf(c),
  })
  switch (decision.next) {
    case 'proceed':
      await sessions.open(c, decision.grant)
      c.header('Set-Cookie', endChallengeCookie(), { append: true })
      return c.redirect('/overview', 303)
    case 'challenge': {
      const { challenge, factors, expiresAt } = decision
      await data.logins.keep(challenge, { userId, factors }, expiresAt)
      c.header('Set-Cookie', challengeCookie(decision, { now }), { append: true })
      return code === ''
        ? c.redirect('/login/code', 303)
        : tryCode(c, { userId, factors, challenge, code, isRemembered: false })
    }
    case 'enroll':
      await data.logins.keep(
        decision.permit,
        { userId, factors: decision.factors },
        new Date(now().getTime() + ENROLL_MS),
      )
      keepPermit(c, decision.permit)
      return c.redirect('/login/enroll', 303)
  }
}
