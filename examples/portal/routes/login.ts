import { Hono } from 'hono'
import { html } from 'hono/html'
import { alert, field } from '../pages/field.ts'
import { show } from '../pages/layout.ts'
import { isPassword } from '../password.ts'
import type { Portal } from '../portal.ts'
import { typed, type PortalEnv, type Visit } from '../visit.ts'
import { afterPassword } from './after-password.ts'

export function login({ data: { users } }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/', (c) => c.redirect(c.var.visitor ? '/overview' : '/login', 303))
  app.get('/login', (c) => (c.var.visitor ? c.redirect('/overview', 303) : draw(c, '')))
  // A limit on wrong passwords is the portal's own matter and left out here; keystep begins after
  // the password.
  app.post('/login', async (c) => {
    const { email, password, code } = await typed(c, 'email', 'password', 'code')
    const user = await users.byEmail(email)
    if (!(await isPassword(password, user?.password ?? null)) || !user)
      return draw(c, email, 'The e-mail address or the password is not right.')
    return afterPassword(c, user, code)
  })
  return app
}

function draw(c: Visit, email: string, error?: string): Promise<Response> {
  const { onePage } = c.var.portal.configuration
  const isBad = error !== undefined
  return show(c, {
    title: 'Log in',
    status: isBad ? 422 : 200,
    shape: 'card',
    body: html`${alert(error)}
    <form method="post" action="/login" novalidate>
      ${field({ name: 'email', label: 'E-mail address', type: 'email', value: email, autocomplete: 'username', hasFocus: email === '', isInvalid: isBad })}
      ${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', hasFocus: email !== '', isInvalid: isBad })}
      ${onePage ? field({ name: 'code', label: 'Code (if two-factor is on)', inputmode: 'numeric', autocomplete: 'one-time-code', className: 'code', maxLength: 80, isOptional: true }) : ''}
      <button class="primary">Log in</button>
    </form>
    <p class="aside">New here? <a href="/sign-up">Create an account</a></p>`,
  })
}
