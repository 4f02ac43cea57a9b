import { html } from 'hono/html'
import type { FactorOffer } from 'keystep'
import type { Visit } from '../visit.ts'
import { codeForm } from './code-form.ts'
import { show } from './layout.ts'
import { type Rejected, statusOf } from './words.ts'

export interface LoginCode {
  factors: readonly FactorOffer[]
  isBackup?: boolean
  isRemembered?: boolean
  rejected?: Rejected
}

/** The code page of a login. */
export function drawLoginCode(
  c: Visit,
  { factors, isBackup = false, isRemembered = false, rejected }: LoginCode,
): Promise<Response> {
  const remember = html`<label class="check"><input type="checkbox" name="remember" ${isRemembered ? 'checked' : ''}> Remember this device for 30 days</label>`
  return show(c, {
    title: 'Two-factor code',
    status: rejected ? statusOf(rejected) : 200,
    shape: 'card',
    body: html`${codeForm({ action: '/login/code', factors, isBackup, takesSupportCode: true, rejected, before: remember })}
    <ul class="ways">
      ${factors.some(({ kind }) => kind === 'support_code') ? '' : html`<li>${isBackup ? html`<a href="/login/code">Use a code of your app or phone</a>` : html`<a href="/login/code?with=backup">Use a backup code</a>`}</li>`}
      <li><a href="/help#lost-phone">Lost your phone?</a></li>
      <li><a href="/login">Start over</a></li>
    </ul>`,
  })
}
