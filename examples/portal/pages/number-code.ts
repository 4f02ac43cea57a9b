import { html } from 'hono/html'
import type { NumberOnItsWay } from '../data/sessions.ts'
import type { Visit } from '../visit.ts'
import { codeField } from './code-form.ts'
import { alert } from './field.ts'
import { show } from './layout.ts'
import type { NumberPlace } from './number-form.ts'
import { moment } from './times.ts'
import { type Rejected, statusOf, words } from './words.ts'

/** Where the code is typed that a number was sent. */
export function drawNumberCode(
  c: Visit,
  { at, back }: NumberPlace,
  { hint, resendAt }: NumberOnItsWay,
  rejected?: Rejected,
): Promise<Response> {
  const isTooSoon = new Date(resendAt) > c.var.portal.now()
  return show(c, {
    title: 'Confirm your number',
    status: rejected ? statusOf(rejected) : 200,
    shape: 'card',
    body: html`${alert(rejected && words(rejected))}
    <form method="post" action="${at}/confirm" novalidate data-submit="6">
      ${codeField({ hint: `6 digits, from the message to ${hint}.`, isWrong: rejected !== undefined, sendsItself: true })}
      <button class="primary">Confirm</button>
    </form>
    <form method="post" action="${at}/again"><button class="secondary">Send again</button>${isTooSoon ? html` <span class="hint">from ${moment(resendAt)}</span>` : ''}</form>
    <ul class="ways"><li><a href="${at}">Another number</a></li><li><a href="${back}">Cancel</a></li></ul>`,
  })
}
