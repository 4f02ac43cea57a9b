import { Hono } from 'hono'
import { html } from 'hono/html'
import { alert, field } from '../../pages/field.ts'
import { show } from '../../pages/layout.ts'
import { isPassword } from '../../password.ts'
import type { Portal } from '../../portal.ts'
import { pageOf } from '../../step-up.ts'
import { typed, type PortalEnv, type Visit } from '../../visit.ts'

/**
 * The password once more, where it is older than 10 minutes and there is no second factor to ask
 * for.
 */
export function confirmPassword({ data: { users, sessions }, now }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/confirm-password', (c) => draw(c, c.req.query('then')))
  app.post('/confirm-password', async (c) => {
    const { password, then } = await typed(c, 'password', 'then')
    const { userId, sessionId } = c.var.member.session
    if (!(await isPassword(password, await users.passwordOf(userId))))
      return draw(c, then, 'That password is not right.')
    await sessions.passwordProven(sessionId, now())
    return c.redirect(pageOf(then), 303)
  })
  return app
}

function draw(c: Visit, then: string | undefined, error?: string): Promise<Response> {
  return show(c, {
    title: 'Confirm your password',
    status: error === undefined ? 200 : 422,
    shape: 'card',
    body: html`<p class="lead">You have been logged in for a while. Type your password once more to go on.</p>
    ${alert(error)}
    <form method="post" action="/confirm-password" novalidate>
      <input type="hidden" name="then" value="${pageOf(then)}">
      ${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', hasFocus: true, isInvalid: error !== undefined })}
      <button class="primary">Continue</button>
    </form>`,
  })
}
