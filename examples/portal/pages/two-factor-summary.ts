import { html } from 'hono/html'
import type { Html } from './html.ts'

/** What will happen, before it does. */
export function getStarted(action: string): Html {
  return html`<ol class="steps">
    <li>Have an authenticator app on your phone: any will do, such as those of Apple, Google, Microsoft or 1Password.</li>
    <li>Scan a QR code with it, and type the 6 digits that it shows.</li>
    <li>Save ten backup codes, for the day the phone is lost.</li>
  </ol>
  <p>From then on, a login asks for your password and a code of the app.</p>
  <form method="post" action="${action}"><button class="primary">Get started</button></form>`
}
