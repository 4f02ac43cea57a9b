import { Hono } from 'hono'
import { html } from 'hono/html'
import type { Secret, StaffInput } from 'keystep'
import type { User } from '../data/users.ts'
import { missingPage } from '../pages/failure.ts'
import { show } from '../pages/layout.ts'
import { leaveNotice } from '../pages/notice.ts'
import { drawCustomer, type SupportDraft, supportForm } from '../pages/support-form.ts'
import { instant } from '../pages/times.ts'
import type { Portal } from '../portal.ts'
import { staffOnly } from '../staff-only.ts'
import { openDoor } from '../step-up.ts'
import { type PortalEnv, typed, type Visit } from '../visit.ts'

/**
 * For customers who lost everything. keystep asks for no permit here, so the portal does: staff, a
 * second factor, and a fresh code.
 */
export function support({ twoFactor, data: { users, sessions } }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.use('/support/*', staffOnly)
  app.get('/support', (c) => draw(c, {}))
  app.get('/support/customers/:id', async (c) => {
    const customer = await users.byId(c.req.param('id'))
    return customer ? drawCustomer(c, customer) : missingPage(c)
  })
  app.post('/support/look-up', async (c) => {
    const { email } = await typed(c, 'email')
    const customer = await users.byEmail(email)
    return customer
      ? c.redirect(`/support/customers/${customer.id}`, 303)
      : draw(c, { email, errors: { email: UNKNOWN } })
  })
  app.post('/support/code', async (c) => {
    const order = await orderOf(c)
    if (order instanceof Response) return order
    const { customer, staff } = order
    const issued = await twoFactor.recovery.issueSupportCode(staff)
    if (issued.outcome === 'rejected')
      return drawCustomer(c, customer, {
        error: 'Two-factor is off for this account: there is nothing to recover.',
      })
    return drawCode(c, customer, issued.supportCode, issued.expiresAt)
  })
  app.post('/support/reset', async (c) => {
    const order = await orderOf(c)
    if (order instanceof Response) return order
    const { customer, staff } = order
    const { supportCode } = await twoFactor.recovery.reset(staff)
    await sessions.endOthers(customer.id, null)
    const { supportCodeUntil } = await twoFactor.status({ userId: customer.id })
    return drawCode(c, customer, supportCode, supportCodeUntil!)
  })
  app.post('/support/unlock', async (c) => {
    const order = await orderOf(c)
    if (order instanceof Response) return order
    const { customer, staff } = order
    const unlocked = await twoFactor.recovery.unlock(staff)
    leaveNotice(
      c,
      unlocked.outcome === 'rejected' || unlocked.codesJudged === 0
        ? `There were no wrong codes for ${customer.name}.`
        : `${customer.name} is not locked any more. Wrong codes in the last 30 days: ${unlocked.codesJudged}.`,
    )
    return c.redirect(`/support/customers/${customer.id}`, 303)
  })
  return app
}

/** The code, once: to load the page again makes another one. */
function drawCode(
  c: Visit,
  customer: User,
  supportCode: Secret<string>,
  expiresAt: Date,
): Promise<Response> {
  return show(c, {
    title: 'Support code',
    body: html`<section class="panel narrow">
      <p>Read it out to ${customer.name}. It is shown only now, and good once, until ${instant(expiresAt)}. To load this page again makes another one, and ends this.</p>
      <p><code id="support-code" translate="no">${supportCode.reveal()}</code></p>
      <p>${customer.name} logs in with the password, chooses "Use a backup code" if asked for another one, types this one, and sets up two-factor anew. We have mailed ${customer.name} about it.</p>
      <p><a href="/support/customers/${customer.id}">Back to ${customer.name}</a></p>
    </section>`,
  })
}

const UNKNOWN = 'There is no account with this address.'

interface Order {
  customer: User
  staff: StaffInput
}

/**
 * What was ordered, by whom and why; or the page that says what is missing, or asks for a code
 * first.
 */
async function orderOf(c: Visit): Promise<Order | Response> {
  const {
    portal: {
      data: { users },
    },
    member: { user },
  } = c.var
  const { email, reason } = await typed(c, 'email', 'reason')
  const customer = await users.byEmail(email)
  if (!customer) return draw(c, { email, reason, errors: { email: UNKNOWN } })
  if (reason.trim() === '')
    return draw(c, {
      email,
      errors: { reason: 'Say why, and how you know that it is the customer.' },
    })
  if (customer.id === user.id)
    return draw(c, {
      email,
      reason,
      errors: { email: 'Ask a colleague to do this for your own account.' },
    })
  const door = await openDoor(c, 'support', `/support/customers/${customer.id}`)
  if (!door.isOpen) return door.answer
  // A permit by password alone, of staff whose own second factor was taken off meanwhile.
  if (door.grant.assurance !== 'mfa') return c.redirect('/security/enable', 303)
  return { customer, staff: { userId: customer.id, actor: user.email, reason: reason.trim() } }
}

function draw(c: Visit, draft: SupportDraft): Promise<Response> {
  return show(c, { title: 'Support', status: draft.errors ? 422 : 200, body: supportForm(draft) })
}
