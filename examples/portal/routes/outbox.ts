import { Hono } from 'hono'
import { html } from 'hono/html'
import { show } from '../pages/layout.ts'
import { instant } from '../pages/times.ts'
import type { Portal } from '../portal.ts'
import type { PortalEnv } from '../visit.ts'

const MOST = 50

/** Everybody's mails, in development alone: with a mail server configured there is no such page. */
export function outbox({ configuration: { mail }, data: { mails } }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  if (mail !== 'outbox') return app
  app.get('/outbox', async (c) => {
    const sent = await mails.newest(MOST)
    return show(c, {
      title: 'Outbox',
      shape: 'wide',
      body: html`<p>What customers would get by e-mail, newest first. This page is for development: it ends when a mail server is set.</p>
      ${sent.length === 0 ? html`<p>No mail yet.</p>` : ''}
      <ol class="messages">${sent.map(
        ({ address, subject, body, at }) => html`<li>
        <h2>${subject}</h2><p class="facts"><strong>${address}</strong> ${instant(at)}</p><p class="text">${body}</p>
      </li>`,
      )}</ol>`,
    })
  })
  return app
}
