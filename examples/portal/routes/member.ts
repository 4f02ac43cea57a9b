import { Hono } from 'hono'
import { html } from 'hono/html'
import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import type { User } from '../data/users.ts'
import { alert, field } from '../pages/field.ts'
import { missingPage } from '../pages/failure.ts'
import { show } from '../pages/layout.ts'
import { leaveNotice } from '../pages/notice.ts'
import { requirementFields, requirementOf, requirementText } from '../pages/requirement-fields.ts'
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
    const requirement = requirementOf(await typed(c, 'rule', 'from'))
    if (requirement === null) return draw(c, user, { ruleError: 'Choose the day from which on two-factor is required.' })
    await requirements.set(user.id, requirement)
    leaveNotice(c, `Two-factor is ${requirementText(requirement)} for ${user.name}.`)
    return c.redirect(`/team/${user.id}`, 303)
  })
  app.post('/team/:id/phone', async (c) => {
    const user = await memberOf(c)
    if (!user) return missingPage(c)
    const { phone } = await typed(c, 'phone')
    const number = e164Of(phone)
    if ('error' in number) return draw(c, user, { phone, phoneError: number.error })
    await proposedPhones.propose(user.id, number.e164, c.var.member.user.id)
    leaveNotice(c, `${number.e164} was proposed to ${user.name}.`)
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

function e164Of(typedNumber: string): { e164: string } | { error: string } {
  const number = parsePhoneNumberFromString(typedNumber)
  if (!number?.isValid()) return { error: 'Type a phone number with its country code, such as +49 1512 3456789.' }
  const isServed = COUNTRIES.some(({ callingCode }) => callingCode === `+${number.countryCallingCode}`)
  return isServed ? { e164: number.number } : { error: 'We cannot send messages to that country.' }
}

interface State {
  phone?: string
  phoneError?: string
  ruleError?: string
}

async function draw(c: Visit, { id, name, email }: User, { phone, phoneError, ruleError }: State = {}): Promise<Response> {
  const { data: { proposedPhones, requirements }, twoFactor } = c.var.portal
  const [proposed, requirement, { enrolled }] = await Promise.all([proposedPhones.of(id), requirements.of(id), twoFactor.status({ userId: id })])
  return show(c, {
    title: name,
    status: phoneError ?? ruleError ? 422 : 200,
    body: html`${alert((ruleError ?? phoneError) && 'Nothing was saved: please look at the field below.')}
    <p>${email}. Two-factor is ${enrolled ? 'on' : 'off'}. <a href="/team">Back to the team</a></p>
    <section>
      <h2>Rule</h2>
      <p>From the day on, ${name} sets up two-factor at the next login, and cannot turn it off. Before it we remind.</p>
      <form method="post" action="/team/${id}/requirement" novalidate>
        ${requirementFields(requirement, ruleError)}
        <button class="secondary">Save</button>
      </form>
    </section>
    <section>
      <h2>Cell phone</h2>
      <p>Propose a number for codes by text message. ${name} finds it filled in, and confirms it by a code that is sent to it; until then it counts for nothing.</p>
      <form method="post" action="/team/${id}/phone" novalidate>
        ${field({ name: 'phone', label: 'Cell phone', type: 'tel', inputmode: 'tel', value: phone ?? proposed ?? '', error: phoneError, hint: 'With its country code, such as +49 1512 3456789.', maxLength: 30 })}
        <button class="secondary">Propose number</button>
      </form>
      ${proposed === null ? '' : html`<form method="post" action="/team/${id}/phone/withdraw"><button class="secondary">Withdraw number</button></form>`}
    </section>`,
  })
}
