import { Hono } from 'hono'
import { html } from 'hono/html'
import { show } from '../pages/layout.ts'
import type { Portal } from '../portal.ts'
import type { PortalEnv } from '../visit.ts'

export function overview({ twoFactor }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/overview', async (c) => {
    const { user, session } = c.var.member
    const status = await twoFactor.status(session)
    return show(c, {
      title: 'Overview',
      body: html`<p>Hello ${user.name}. Two-factor is ${status.enrolled ? 'on' : 'off'}.</p>`,
    })
  })
  return app
}
