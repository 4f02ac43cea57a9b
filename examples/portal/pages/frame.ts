import { html } from 'hono/html'
import type { Visit } from '../visit.ts'
import type { Html } from './html.ts'
import type { Frame } from './layout.ts'
import { navigation } from './navigation.ts'

/** What stands around the pages of the portal. */
export function portalFrame(c: Visit): Frame {
  return { name: c.var.portal.configuration.company, bar: navigation(c), foot: footer(c) }
}

function footer(c: Visit): Html {
  const { sms, mail } = c.var.portal.configuration
  const development = [
    ...(sms.via === 'phone' ? [['/phone', 'Phone']] : []),
    ...(mail === 'outbox' ? [['/outbox', 'Outbox']] : []),
  ]
  return html`<footer class="foot">
    <a href="/help">Help</a>
    ${development.map(([path, name]) => html`<a href="${path}">${name}</a>`)}
  </footer>`
}
