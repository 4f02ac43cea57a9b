import { html } from 'hono/html'
import type { ActivityEntry } from 'keystep'
import type { User } from '../data/users.ts'
import type { Visit } from '../visit.ts'
import { activityList } from './activity.ts'
import { alert, field } from './field.ts'
import type { Html } from './html.ts'
import { show } from './layout.ts'
import { instant } from './times.ts'

export interface SupportDraft {
  email?: string
  reason?: string
  errors?: { email?: string; reason?: string }
}

/** What support can do for somebody; for a known customer the address is fixed. */
export function supportForm({ email, reason, errors }: SupportDraft, customer?: User): Html {
  return html`${alert(errors && 'Nothing was done: please look at the fields below.')}
    <form class="panel narrow" method="post" action="/support/code" novalidate>
      <p>Before anything else, make sure that it is the customer: call back the number in the contract, or do what else the contract says. Never ask
      for a password or a code.</p>
      ${
        customer
          ? html`<input type="hidden" name="email" value="${customer.email}">`
          : field({
              name: 'email',
              label: 'E-mail address',
              type: 'email',
              value: email ?? '',
              error: errors?.email,
            })
      }
      ${field({ name: 'reason', label: 'Reason', value: reason ?? '', error: errors?.reason, hint: 'The customer can read it under Recent activity.', maxLength: 300 })}
      <div class="row">
        <button class="primary">Issue support code</button>
        ${customer ? '' : html`<button class="secondary" formaction="/support/look-up">Look up</button>`}
        <button class="secondary" formaction="/support/unlock">End lock</button>
        <button class="danger" formaction="/support/reset">Reset two-factor</button>
      </div>
      <p class="hint">With the code the customer sets up two-factor anew, password first. A reset does the same, and takes everything off at once: for a phone in the wrong hands. To end a lock lets whoever guesses go on: look at Recovery first.</p>
    </form>`
}

/**
 * One customer, as support sees the second factor: whether it is on, and what support did. No
 * factor is ever shown or chosen here.
 */
export async function drawCustomer(
  c: Visit,
  customer: User,
  { error }: { error?: string } = {},
): Promise<Response> {
  const { enrolled, lockedUntil, exhausted, supportCodeUntil, activity } =
    await c.var.portal.twoFactor.status({ userId: customer.id })
  return show(c, {
    title: customer.name,
    status: error === undefined ? 200 : 422,
    body: html`${alert(error)}
    <section class="panel" aria-labelledby="two-factor">
      <div class="head"><h2 id="two-factor">Two-factor authentication</h2><span class="state ${enrolled ? 'on' : 'off'}">${enrolled ? 'On' : 'Off'}</span></div>
      <p>${customer.email}</p>
      ${lockedUntil ? html`<p>Codes are locked until ${instant(lockedUntil)}.</p>` : ''}
      ${exhausted ? html`<p>Codes are switched off after too many wrong ones.</p>` : ''}
      ${supportCodeUntil ? html`<p>A support code is out, good until ${instant(supportCodeUntil)}. A new one replaces it.</p>` : ''}
    </section>
    ${supportForm({}, customer)}
    <section class="panel" aria-labelledby="recovery">
      <div class="head"><h2 id="recovery">Recovery</h2></div>
      ${activityList(activity.filter(isRecovery))}
    </section>`,
  })
}

function isRecovery(entry: ActivityEntry): boolean {
  return (
    entry.type === 'support_code.issued' ||
    entry.type === 'reset' ||
    entry.type === 'unlocked' ||
    (entry.type === 'code.accepted' && entry.kind === 'support_code')
  )
}
