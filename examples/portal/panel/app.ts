import { Hono } from 'hono'
import { html } from 'hono/html'
import type { Portal } from '../portal.ts'
import { securityHeaders } from '../security-headers.ts'

/** The control panel of the servers: a second application that shares the enrollment. */
export function createPanel({ configuration: { company } }: Portal): Hono {
  const app = new Hono()
  app.use(securityHeaders)
  app.get('/', (c) => c.html(html`<!doctype html><html lang="en"><title>Control panel · ${company}</title><h1>Control panel</h1></html>`))
  return app
}
