import { Hono } from 'hono'
import { html } from 'hono/html'
import { show } from '../pages/layout.ts'
import { instant } from '../pages/times.ts'
import type { Portal } from '../portal.ts'
import type { PortalEnv } from '../visit.ts'

const MOST = 50

/**
 * Everybody's text messages, in development alone: with a provider configured there is no such
 * page.
 */
export function phone({ configuration: { sms }, data: { messages } }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  if (sms.via !== 'phone') return app
  app.get('/phone', async (c) => {
    const sent = await messages.newest(MOST)
    return show(c, {
      title: 'Phone',
      shape: 'wide',
      body: html`<p>What customers would get by text message, newest first. This page is for development: it ends when an SMS provider is set.</p>
      ${sent.length === 0 ? html`<p>No message yet.</p>` : ''}
      <ol class="messages">${sent.map(({ recipient, body, at }) => html`<li><p class="facts"><strong>${recipient}</strong> ${instant(at)}</p><p class="text">${body}</p></li>`)}</ol>`,
    })
  })
  return app
}
