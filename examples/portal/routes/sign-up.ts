import { Hono } from 'hono'
import { html } from 'hono/html'
import { alert, field } from '../pages/field.ts'
import { show } from '../pages/layout.ts'
import { hashPassword } from '../password.ts'
import type { Portal } from '../portal.ts'
import { typed, type PortalEnv, type Visit } from '../visit.ts'
import { afterPassword } from './after-password.ts'

const SHORTEST = 12

interface Draft {
  name: string
  email: string
  errors: { name?: string; email?: string; password?: string }
}

export function signUp({ data: { users }, now }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/sign-up', (c) => draw(c, { name: '', email: '', errors: {} }))
  app.post('/sign-up', async (c) => {
    const { name, email, password } = await typed(c, 'name', 'email', 'password')
    const errors: Draft['errors'] = {
      ...(name.trim() === '' && { name: 'Tell us your name.' }),
      ...(!/^[^@\s:]+@[^@\s:]+$/.test(email.trim()) && { email: 'Type your e-mail address, such as ada@example.com.' }),
      ...(password.length < SHORTEST && { password: `Use at least ${SHORTEST} characters.` }),
    }
    if (Object.keys(errors).length > 0) return draw(c, { name, email, errors })
    const user = await users.add({ name: name.trim(), email, company: name.trim(), password: await hashPassword(password) }, now())
    if (!user) return draw(c, { name, email, errors: { email: 'There is an account with this address already. Log in instead.' } })
    return afterPassword(c, user)
  })
  return app
}

function draw(c: Visit, { name, email, errors }: Draft): Promise<Response> {
  const first = Object.values(errors)[0]
  return show(c, {
    title: 'Create your account',
    status: first === undefined ? 200 : 422,
    shape: 'card',
    body: html`${alert(first && 'Your account was not made yet: please look at the fields below.')}
    <form method="post" action="/sign-up" novalidate>
      ${field({ name: 'name', label: 'Name', value: name, autocomplete: 'name', error: errors.name, hasFocus: first === undefined })}
      ${field({ name: 'email', label: 'E-mail address', type: 'email', value: email, autocomplete: 'username', error: errors.email })}
      ${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', error: errors.password, hint: `At least ${SHORTEST} characters.` })}
      <button class="primary">Create account</button>
    </form>
    <p class="aside">You have one already? <a href="/login">Log in</a></p>`,
  })
}
