import { Hono } from 'hono'
import { html } from 'hono/html'
import { requireSameOrigin } from 'keystep/http'
import { addressOf, DNS_TYPES, type DnsChange, dnsChangeOf, errorOf } from '../dns-change.ts'
import type { DnsRecord } from '../data/dns-records.ts'
import type { User } from '../data/users.ts'
import { alert, field } from '../pages/field.ts'
import type { Html } from '../pages/html.ts'
import { show } from '../pages/layout.ts'
import { leaveNotice } from '../pages/notice.ts'
import { openDoor } from '../step-up.ts'
import { type PortalEnv, typed, type Visit } from '../visit.ts'

/** The zone of an account. Looking at it takes a session, changing it a fresh code. */
export function dns(): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  const sameOrigin = requireSameOrigin()
  app.get('/dns', async (c) => {
    // A link on another site must not fill in a form here.
    const change = (await sameOrigin(c.req.raw))
      ? null
      : dnsChangeOf(c.req.url.slice(new URL(c.req.url).origin.length))
    return draw(c, change && 'add' in change ? { draft: change.add } : {})
  })
  app.post('/dns', async (c) => {
    const { name, type, value } = await typed(c, 'name', 'type', 'value')
    const draft = { name: name.trim().toLowerCase(), type, value: value.trim() }
    const errors = errorOf(draft)
    return errors ? draw(c, { draft, errors }) : changeZone(c, { add: draft })
  })
  app.post('/dns/:id/delete', (c) => changeZone(c, { remove: c.req.param('id') }))
  return app
}

/** Right before the change, keystep is asked whether this session may make it. */
export async function changeZone(c: Visit, change: DnsChange): Promise<Response> {
  const {
    portal: {
      data: { dnsRecords },
      now,
    },
    member: { user },
  } = c.var
  const door = await openDoor(c, 'dns', addressOf(change))
  if (!door.isOpen) return door.answer
  if ('remove' in change) {
    await dnsRecords.remove(zoneOf(user), change.remove)
    leaveNotice(c, 'The record was deleted.')
  } else if (!isAmong(await dnsRecords.of(zoneOf(user)), change.add)) {
    await dnsRecords.add(zoneOf(user), change.add, now())
    leaveNotice(c, `The record ${change.add.name} was added.`)
  } else leaveNotice(c, 'That record is there already.', 'plain')
  return c.redirect('/dns', 303)
}

/** Members work on the zone of their account. */
function zoneOf({ id, accountId }: User): string {
  return accountId ?? id
}

function isAmong(
  records: readonly DnsRecord[],
  { name, type, value }: Omit<DnsRecord, 'id'>,
): boolean {
  return records.some(
    (record) => record.name === name && record.type === type && record.value === value,
  )
}

interface State {
  draft?: Omit<DnsRecord, 'id'>
  errors?: { name?: string; value?: string }
}

async function draw(c: Visit, { draft: asked, errors }: State): Promise<Response> {
  const {
    portal: {
      data: { dnsRecords },
    },
    member: { user },
  } = c.var
  const records = await dnsRecords.of(zoneOf(user))
  // Of a form that was sent twice: the record is there.
  const draft = asked && !isAmong(records, asked) ? asked : undefined
  return show(c, {
    title: 'DNS',
    status: errors ? 422 : 200,
    body: html`${alert(errors && 'Nothing was added: please look at the field below.')}
    <section class="panel" aria-labelledby="records">
      <div class="head"><h2 id="records">Records</h2></div>
      ${records.length === 0 ? html`<p>None yet.</p>` : tableOf(records)}
    </section>
    <section class="panel narrow" aria-labelledby="add">
      <div class="head"><h2 id="add">Add a record</h2></div>
      <p>A wrong record takes a site off the net, or leads its mail elsewhere. So a change asks for a code, unless you have just typed one or two-factor is off.</p>
      <form method="post" action="/dns" novalidate>
        ${field({ name: 'name', label: 'Name', value: draft?.name ?? '', error: errors?.name, maxLength: 63, hint: 'Such as www, or @ for the domain itself.' })}
        ${typeField(draft?.type)}
        ${field({ name: 'value', label: 'Value', value: draft?.value ?? '', error: errors?.value, maxLength: 255 })}
        <button class="primary">Add record</button>
      </form>
    </section>`,
  })
}

function typeField(chosen: string | undefined): Html {
  return html`<div class="field">
    <label for="type">Type</label>
    <select id="type" name="type">${DNS_TYPES.map((type) => html`<option${type === chosen ? html` selected` : ''}>${type}</option>`)}</select>
  </div>`
}

function tableOf(records: readonly DnsRecord[]): Html {
  return html`<table>
    <thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Value</th><th scope="col"><span class="unseen">Action</span></th></tr></thead>
    <tbody>${records.map(
      ({ id, name, type, value }) => html`<tr>
      <th scope="row">${name}</th>
      <td class="brief" data-label="Type">${type}</td>
      <td data-label="Value"><code>${value}</code></td>
      <td class="brief"><form method="post" action="/dns/${id}/delete"><button class="danger" aria-label="Delete ${name} ${type} ${value}">Delete</button></form></td>
    </tr>`,
    )}</tbody>
  </table>`
}
