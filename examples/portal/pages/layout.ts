import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { html } from 'hono/html'
import { assetAddress } from '../assets.ts'
import type { Visit } from '../visit.ts'
import type { Html } from './html.ts'
import { navigation } from './navigation.ts'
import { takeNotice } from './notice.ts'

export interface Page {
  /** The heading of the page, and the title of its tab. */
  title: string
  body: Html
  status?: ContentfulStatusCode
  /** `card`: one narrow form, as at the door. `wide`: a page of the account. */
  shape?: 'card' | 'wide'
}

/** Draws a page: head, navigation, notice, main. */
export async function show(c: Visit, { title, body, status = 200, shape = c.var.visitor ? 'wide' : 'card' }: Page): Promise<Response> {
  const { company } = c.var.portal.configuration
  const notice = takeNotice(c)
  return c.html(
    html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title} · ${company}</title>
  <link rel="stylesheet" href="${assetAddress('portal.css')}">
  <link rel="icon" href="${assetAddress('favicon.svg')}" type="image/svg+xml">
  <script src="${assetAddress('portal.js')}" defer></script>
</head>
<body>
  <a class="skip" href="#main">Skip to the content</a>
  ${navigation(c)}
  <main id="main" class="${shape}">
    ${notice === null ? '' : html`<p class="notice ${notice.kind}" role="status">${notice.sentence}</p>`}
    <h1>${title}</h1>
    ${body}
  </main>
  ${footer(c)}
</body>
</html>`,
    status,
  )
}

function footer(c: Visit): Html {
  const { sms, mail } = c.var.portal.configuration
  const development = [...(sms.via === 'phone' ? [['/phone', 'Phone']] : []), ...(mail === 'outbox' ? [['/outbox', 'Outbox']] : [])]
  return html`<footer class="foot">
    <a href="/help">Help</a>
    ${development.map(([path, name]) => html`<a href="${path}">${name}</a>`)}
  </footer>`
}
