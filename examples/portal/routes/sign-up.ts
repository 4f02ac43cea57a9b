import { Hono } from 'hono'
import { html } from 'hono/html'
import { type AccountDraft, accountErrors, accountFields } from '../pages/account-fields.ts'
import { alert } from '../pages/field.ts'
import { show } from '../pages/layout.ts'
import { hashPassword } from '../password.ts'
import type { Portal } from '../portal.ts'
import { typed, type PortalEnv, type Visit } from '../visit.ts'
import { afterPassword } from './after-password.ts'

export function signUp({ data: { users }, now }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/sign-up', (c) => draw(c, { name: '', email: '' }))
  app.post('/sign-up', async (c) => {
    const { name, email, password } = await typed(c, 'name', 'email', 'password')
    const errors = accountErrors({ name, email, password })
    if (errors) return draw(c, { name, email, errors })
    const user = await users.add(
      { name: name.trim(), email, company: name.trim(), password: await hashPassword(password) },
      now(),
    )
    if (!user)
      return draw(c, {
        name,
        email,
        errors: { email: 'There is an account with this address already. Log in instead.' },
      })
    return afterPassword(c, user)
  })
  return app
}

function draw(c: Visit, draft: AccountDraft): Promise<Response> {
  const isBad = draft.errors !== undefined
  return show(c, {
    title: 'Create your account',
    status: isBad ? 422 : 200,
    shape: 'card',
    body: html`${alert(isBad ? 'Your account was not made yet: please look at the fields below.' : undefined)}
    <form method="post" action="/sign-up" novalidate>
      ${accountFields(draft, { isOwn: true })}
      <button class="primary">Create account</button>
    </form>
    <p class="aside">You have one already? <a href="/login">Log in</a></p>`,
  })
}
