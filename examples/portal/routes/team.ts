import { Hono } from 'hono'
import { html } from 'hono/html'
import type { Requirement } from 'keystep'
import { strictest } from '../../policy/strictest.ts'
import type { User } from '../data/users.ts'
import { ownersOnly } from '../owners-only.ts'
import { type AccountDraft, accountErrors, accountFields } from '../pages/account-fields.ts'
import { alert } from '../pages/field.ts'
import type { Html } from '../pages/html.ts'
import { show } from '../pages/layout.ts'
import { leaveNotice } from '../pages/notice.ts'
import {
  requirementFields,
  requirementOf,
  requirementText,
  type TypedRule,
  typedRuleOf,
} from '../pages/requirement-fields.ts'
import { hashPassword } from '../password.ts'
import type { Portal } from '../portal.ts'
import { type PortalEnv, typed, type Visit } from '../visit.ts'
import { member } from './member.ts'

/** The sub-accounts of a main account, and what is asked of all of them. */
export function team(portal: Portal): Hono<PortalEnv> {
  const {
    data: { users, requirements },
    now,
  } = portal
  const app = new Hono<PortalEnv>()
  app.use('/team/*', ownersOnly)
  app.get('/team', (c) => draw(c))
  app.post('/team/members', async (c) => {
    const { id: accountId, company } = c.var.member.user
    const { name, email, password } = await typed(c, 'name', 'email', 'password')
    const errors = accountErrors({ name, email, password })
    if (errors) return draw(c, { draft: { name, email, errors } })
    const added = await users.add(
      { name: name.trim(), email, accountId, company, password: await hashPassword(password) },
      now(),
    )
    if (!added)
      return draw(c, {
        draft: { name, email, errors: { email: 'There is an account with this address already.' } },
      })
    leaveNotice(c, `${added.name} was added.`)
    return c.redirect(`/team/${added.id}`, 303)
  })
  app.post('/team/requirement', async (c) => {
    const rule = await typed(c, 'rule', 'from')
    const requirement = requirementOf(rule)
    if (typeof requirement === 'object' && 'error' in requirement)
      return draw(c, { rule: { ...rule, ...requirement } })
    await requirements.set(c.var.member.user.id, requirement)
    leaveNotice(c, `Two-factor is ${requirementText(requirement)} for everybody.`)
    return c.redirect('/team', 303)
  })
  app.route('/', member(portal))
  return app
}

interface State {
  draft?: AccountDraft
  rule?: TypedRule
}

async function draw(c: Visit, { draft, rule }: State = {}): Promise<Response> {
  const {
    portal: {
      data: { users, requirements },
    },
    member: { user },
  } = c.var
  const members = await users.membersOf(user.id)
  const everybody = await requirements.of(user.id)
  const rows = await Promise.all(members.map((one) => rowOf(c, one, everybody)))
  return show(c, {
    title: 'Team',
    status: (draft ?? rule) ? 422 : 200,
    body: html`${alert((draft ?? rule) && 'Nothing was saved: please look at the fields below.')}
    <section class="panel" aria-labelledby="members">
      <div class="head"><h2 id="members">Members</h2></div>
      ${rows.length === 0 ? html`<p>Nobody yet. Add your colleagues below.</p>` : tableOf(rows)}
    </section>
    <section class="panel narrow" aria-labelledby="everybody">
      <div class="head"><h2 id="everybody">For everybody</h2></div>
      <p>This holds for you and all members. A stricter rule of a single member goes first.</p>
      <form method="post" action="/team/requirement" novalidate>
        ${requirementFields(rule ?? typedRuleOf(everybody))}
        <button class="secondary">Save</button>
      </form>
    </section>
    <section class="panel narrow" aria-labelledby="add">
      <div class="head"><h2 id="add">Add a member</h2></div>
      <p>Members have their own password for ${user.company}, and set up their own second factor.</p>
      <form method="post" action="/team/members" novalidate>
        ${accountFields(draft ?? { name: '', email: '' }, { isOwn: false })}
        <button class="secondary">Add member</button>
      </form>
    </section>`,
  })
}

function tableOf(rows: Html[]): Html {
  return html`<table>
    <thead><tr><th scope="col">Name</th><th scope="col">E-mail address</th><th scope="col">Two-factor</th><th scope="col">Rule</th><th scope="col">Proposed phone</th></tr></thead>
    <tbody>${rows}</tbody>
  </table>`
}

async function rowOf(c: Visit, { id, name, email }: User, everybody: Requirement): Promise<Html> {
  const {
    twoFactor,
    data: { requirements, proposedPhones },
  } = c.var.portal
  const [{ enrolled }, requirement, number] = await Promise.all([
    twoFactor.status({ userId: id }),
    requirements.of(id),
    proposedPhones.of(id),
  ])
  return html`<tr>
    <th scope="row"><a href="/team/${id}">${name}</a></th>
    <td data-label="E-mail address">${email}</td>
    <td class="brief" data-label="Two-factor">${enrolled ? 'On' : 'Off'}</td>
    <td class="brief" data-label="Rule">${requirementText(strictest([everybody, requirement]))}</td>
    <td class="brief" data-label="Proposed phone">${number ?? 'none'}</td>
  </tr>`
}
