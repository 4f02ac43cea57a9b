import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { html } from 'hono/html'
import { show } from '../pages/layout.ts'
import { renderMarkdown } from '../pages/markdown.ts'
import type { Portal } from '../portal.ts'
import type { PortalEnv } from '../visit.ts'

const text = readFileSync(new URL('../../../docs/help-page.md', import.meta.url), 'utf8')

/**
 * The help page is a text of its own, `docs/help-page.md`: who answers the telephone should be able
 * to change it.
 */
export function help({ configuration: { company } }: Portal): Hono<PortalEnv> {
  const { title, body } = renderMarkdown(text.replaceAll('Example Hosting', company))
  const app = new Hono<PortalEnv>()
  app.get('/help', (c) =>
    show(c, { title, shape: 'wide', body: html`<div class="prose">${body}</div>` }),
  )
  return app
}
