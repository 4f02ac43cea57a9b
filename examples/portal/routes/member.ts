import { Hono } from 'hono'
import { html } from 'hono/html'
import type { User } from '../data/users.ts'
import { alert, field } from '../pages/field.ts'
import { missingPage } from '../pages/failure.ts'
import { show } from '../pages/layout.ts'
import { leaveNotice } from '../pages/notice.ts'
import { countryField } from '../pages/number-form.ts'
import {
  requirementFields,
  requirementOf,
  requirementText,
  type TypedRule,
  typedRuleOf,
} from '../pages/requirement-fields.ts'
import { e164Of, type TypedNumber, typedNumberOf } from '../phone-number.ts'
import type { Portal } from '../portal.ts'
import { COUNTRIES } from '../sms.ts'
import { type PortalEnv, typed, type Visit } from '../visit.ts'

/** One member, as the owner of the account sees it. Behind the gate `ownersOnly`. */
export function member({ data: { proposedPhones, requirements } }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/team/:id', async (c) => {
    const user = await memberOf(c)
    return user ? draw(c, user) : missingPage(c)
  })
  app.post('/team/:id/requirement', async (c) => {
    const user = await memberOf(c)
    if (!user) return missingPage(c)
    const rule = await typed(c, 'rule', 'from')
    const requirement = requirementOf(rule)
    if (typeof requirement === 'object' && 'error' in requirement)
      return draw(c, user, { rule: { ...rule, ...requirement } })
    await requirements.set(user.id, requirement)
    leaveNotice(c, `Two-factor is ${requirementText(requirement)} for ${user.name}.`)
    return c.redirect(`/team/${user.id}`, 303)
  })
  app.post('/team/:id/phone', async (c) => {
    const user = await memberOf(c)
    if (!user) return missingPage(c)
    const phone = await typed(c, 'country', 'number')
    const e164 = e164Of(phone)
    if (e164 === null)
      return draw(c, user, {
        phone,
        phoneError: 'That is not a phone number of this country. Please check the digits.',
      })
    if (!COUNTRIES.some(({ callingCode }) => e164.startsWith(callingCode)))
      return draw(c, user, { phone, phoneError: 'We cannot send messages to that country.' })
    await proposedPhones.propose(user.id, e164, c.var.member.user.id)
    leaveNotice(c, `${e164} was proposed to ${user.name}.`)
    return c.redirect(`/team/${user.id}`, 303)
  })
  app.post('/team/:id/phone/withdraw', async (c) => {
    const user = await memberOf(c)
    if (!user) return missingPage(c)
    await proposedPhones.withdraw(user.id)
    leaveNotice(c, 'The number was withdrawn.')
    return c.redirect(`/team/${user.id}`, 303)
  })
  return app
}

/** Null for everybody who is no member of the visitor's own account. */
async function memberOf(c: Visit): Promise<User | null> {
  const user = await c.var.portal.data.users.byId(c.req.param('id') ?? '')
  return user?.accountId === c.var.member.user.id ? user : null
}

interface State {
  phone?: TypedNumber
  phoneError?: string
  rule?: TypedRule
}

async function draw(
  c: Visit,
  { id, name, email }: User,
  { phone, phoneError, rule }: State = {},
): Promise<Response> {
  const {
    data: { proposedPhones, requirements },
    twoFactor,
  } = c.var.portal
  const [proposed, requirement, { enrolled }] = await Promise.all([
    proposedPhones.of(id),
    requirements.of(id),
    twoFactor.status({ userId: id }),
  ])
  const number =
    phone ?? (proposed === null ? { country: '', number: '' } : typedNumberOf(proposed))
  return show(c, {
    title: name,
    status: (phoneError ?? rule) ? 422 : 200,
    body: html`${alert((rule ?? phoneError) && 'Nothing was saved: please look at the field below.')}
    <p class="lead">${email}. Two-factor is ${enrolled ? 'on' : 'off'}. <a href="/team">Back to the team</a></p>
    <section class="panel narrow" aria-labelledby="rule">
      <div class="head"><h2 id="rule">Rule</h2></div>
      <p>Where it is required, ${name} sets it up at the next login and cannot turn it off. Before the day we remind.</p>
      <form method="post" action="/team/${id}/requirement" novalidate>
        ${requirementFields(rule ?? typedRuleOf(requirement))}
        <button class="secondary">Save</button>
      </form>
    </section>
    <section class="panel narrow" aria-labelledby="phone">
      <div class="head"><h2 id="phone">Cell phone</h2></div>
      <p>Propose a number for codes by text message. ${name} finds it filled in, and confirms it by a code that is sent to it; until then it counts for nothing.</p>
      <form method="post" action="/team/${id}/phone" novalidate>
        ${countryField('country', number.country)}
        ${field({ name: 'number', label: 'Phone number', type: 'tel', value: number.number, error: phoneError, maxLength: 40 })}
        <button class="secondary">Propose number</button>
      </form>
      ${proposed === null ? '' : html`<form method="post" action="/team/${id}/phone/withdraw"><button class="secondary">Withdraw number</button></form>`}
    </section>`,
  })
}
