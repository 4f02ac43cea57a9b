import { Hono } from 'hono'
import { html } from 'hono/html'
import { challengeCookie, endChallengeCookie, readDeviceCookie } from 'keystep/http'
import { alert, field } from '../pages/field.ts'
import type { Html } from '../pages/html.ts'
import { show } from '../pages/layout.ts'
import { isPassword } from '../password.ts'
import type { Portal } from '../portal.ts'
import { contextOf } from '../request-context.ts'
import { type PortalEnv, typed, type Visit } from '../visit.ts'

/**
 * The same users and passwords as in the portal, and the same question after the password: what has
 * to follow?
 */
export function login(
  { twoFactor, data: { users, logins }, sessions, now }: Portal,
  portalOrigin: () => string,
): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/login', (c) => (c.var.visitor ? c.redirect('/', 303) : draw(c, '')))
  app.post('/login', async (c) => {
    const { email, password } = await typed(c, 'email', 'password')
    const user = await users.byEmail(email)
    if (!(await isPassword(password, user?.password ?? null)) || !user)
      return draw(c, email, 'The e-mail address or the password is not right.')
    const decision = await twoFactor.login.begin({
      userId: user.id,
      deviceToken: readDeviceCookie(c.req.raw),
      context: contextOf(c),
    })
    switch (decision.next) {
      case 'proceed':
        await sessions.open(c, decision.grant)
        c.header('Set-Cookie', endChallengeCookie(), { append: true })
        return c.redirect('/', 303)
      case 'challenge':
        await logins.keep(
          decision.challenge,
          { userId: user.id, factors: decision.factors },
          decision.expiresAt,
        )
        c.header('Set-Cookie', challengeCookie(decision, { now }), { append: true })
        return c.redirect('/login/code', 303)
      case 'enroll':
        return draw(
          c,
          email,
          html`Your account must use two-factor. <a href="${portalOrigin()}/login">Set it up in the portal</a>, then come back.`,
        )
    }
  })
  return app
}

function draw(c: Visit, email: string, error?: string | Html): Promise<Response> {
  const isBad = error !== undefined
  return show(c, {
    title: 'Control panel: log in',
    status: isBad ? 422 : 200,
    shape: 'card',
    body: html`${alert(error)}
    <form method="post" action="/login" novalidate>
      ${field({ name: 'email', label: 'E-mail address', type: 'email', value: email, autocomplete: 'username', hasFocus: email === '', isInvalid: isBad })}
      ${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', hasFocus: email !== '', isInvalid: isBad })}
      <button class="primary">Log in</button>
    </form>`,
  })
}
