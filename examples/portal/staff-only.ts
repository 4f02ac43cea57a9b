import type { MiddlewareHandler } from 'hono'
import { html } from 'hono/html'
import { requireVerified } from 'keystep/http'
import { show } from './pages/layout.ts'
import { verifyAddress } from './step-up.ts'
import type { PortalEnv } from './visit.ts'

/**
 * Lets staff through whose session a second factor opened: a remembered device is too little to see
 * other people's accounts.
 */
export const staffOnly: MiddlewareHandler<PortalEnv> = async (c, next) => {
  const {
    portal: { twoFactor },
    member: { user, session },
  } = c.var
  if (!user.isStaff)
    return show(c, {
      title: 'Not for you',
      status: 403,
      body: html`<p>This page is for our support.</p>`,
    })
  const verified = requireVerified({
    twoFactor,
    session: () => ({ ...session, account: user.email }),
    minimum: 'mfa',
  })
  if ((await verified(c.req.raw)) === null) return next()
  const { enrolled } = await twoFactor.status(session)
  if (enrolled) return c.redirect(verifyAddress('support', '/support'), 303)
  return show(c, {
    title: 'Not yet',
    status: 403,
    body: html`<p>Support works with two-factor alone. <a href="/security/enable">Turn on two-factor</a></p>`,
  })
}
