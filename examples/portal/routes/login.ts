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
  // A limit on wrong passwords is the portal's own matter and left out here; keystep begins after the password.
  app.post('/login', async (c) => {
    const { email, password } = await typed(c, 'email', 'password')
    const user = await users.byEmail(email)
    if (!(await isPassword(password, user?.password ?? null)) || !user) return draw(c, email, 'The e-mail address or the password is not right.')
    return afterPassword(c, user)
  })
  return app
}

function draw(c: Visit, email: string, error?: string): Promise<Response> {
  return show(c, {
    title: 'Log in',
    status: error === undefined ? 200 : 422,
    shape: 'card',
    body: html`${alert(error)}
    <form method="post" action="/login" novalidate>
      ${field({ name: 'email', label: 'E-mail address', type: 'email', value: email, autocomplete: 'username', hasFocus: email === '' })}
      ${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', hasFocus: email !== '' })}
      <button class="primary">Log in</button>
    </form>
    <p class="aside">New here? <a href="/sign-up">Create an account</a></p>`,
  })
}
