import { html } from 'hono/html'
import type { TotpEnrollment } from 'keystep'
import { qrDataUri } from 'keystep/qr'
import type { Visit } from '../visit.ts'
import { codeField } from './code-form.ts'
import { alert, field } from './field.ts'
import { show } from './layout.ts'
import { type Rejected, statusOf, words } from './words.ts'

interface KeyPage {
  action: string
  shown: TotpEnrollment
  /** Of the authenticator, as it was typed. */
  name?: string
  rejected?: Rejected | undefined
}

/** The key of an authenticator on its way, to scan or to type, and the field for its first code. */
export function drawKey(
  c: Visit,
  { action, shown, name = '', rejected }: KeyPage,
): Promise<Response> {
  return show(c, {
    title: 'Scan the QR code',
    status: rejected ? statusOf(rejected) : 200,
    shape: 'wide',
    body: html`<div class="panel key">
      <div class="scan">
        <img src="${qrDataUri(shown.keyUri)}" alt="QR code" width="220" height="220">
      </div>
      <div>
        <h2>1. Add the account to your app</h2>
        <p>Open your authenticator app, choose to add an account, and point the camera at the code.</p>
        <p id="manual-words">Cannot scan it? Type this key instead, of the kind <q>time based</q>:</p>
        <p class="copy"><code id="manual-key" translate="no" aria-describedby="manual-words">${shown.manualKey.reveal()}</code>
          <button type="button" class="secondary needs-script" data-copy="manual-key">Copy key</button></p>
        <h2>2. Type the code that it shows</h2>
        ${alert(rejected && words(rejected))}
        <form method="post" action="${action}" novalidate>
          ${field({ name: 'name', label: 'Name', value: name, isOptional: true, maxLength: 64, hint: 'Optional: which phone or app it is, such as "Work phone".', autocapitalize: 'sentences' })}
          ${codeField({ isWrong: rejected !== undefined, hasFocus: false })}
          <button class="primary">Confirm</button>
        </form>
      </div>
    </div>`,
  })
}
