import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { html } from 'hono/html'
import { assetAddress } from '../assets.ts'
import type { Visit } from '../visit.ts'
import type { Html } from './html.ts'
import { takeNotice } from './notice.ts'

export interface Page {
  /** The heading of the page, and the title of its tab. */
  title: string
  body: Html
  status?: ContentfulStatusCode
  /** `card`: one narrow form, as at the door. `wide`: a page of the account. */
  shape?: 'card' | 'wide'
}

/** What is the same on every page of an application. */
export interface Frame {
  name: string
  bar: Html
  foot: Html
}

/** Draws a page: head, bar, notice, main, foot. */
export async function show(c: Visit, page: Page): Promise<Response> {
  const { portal } = c.var
  const { name, bar, foot } = portal.frame(c)
  const { title, body, status = 200, shape = c.var.visitor ? 'wide' : 'card' } = page
  const notice = takeNotice(c)
  return c.html(
    html`<!doctype html>
<html lang="en" data-now="${portal.now().toISOString()}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title} · ${name}</title>
  <link rel="stylesheet" href="${assetAddress('portal.css')}">
  <link rel="icon" href="${assetAddress('favicon.svg')}" type="image/svg+xml">
  <script src="${assetAddress('portal.js')}" defer blocking="render"></script>
</head>
<body>
  <a class="skip" href="#main">Skip to the content</a>
  ${bar}
  <main id="main" class="${shape}">
    ${notice === null ? '' : html`<p class="notice ${notice.kind}" role="status">${notice.sentence}</p>`}
    <h1>${title}</h1>
    ${body}
  </main>
  ${foot}
</body>
</html>`,
    status,
  )
}
