import type { MiddlewareHandler } from 'hono'
import { html } from 'hono/html'
import { show } from './pages/layout.ts'
import type { PortalEnv } from './visit.ts'

/** Lets the main user of an account through: members manage nobody, and staff has no account. */
export const ownersOnly: MiddlewareHandler<PortalEnv> = async (c, next) => {
  const { user } = c.var.member
  if (user.accountId === null && !user.isStaff) return next()
  return show(c, {
    title: 'Not for you',
    status: 403,
    body: html`<p>Only the owner of an account manages its team.</p>`,
  })
}
