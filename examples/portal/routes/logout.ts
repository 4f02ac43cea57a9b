import { Hono } from 'hono'
import { leaveNotice } from '../pages/notice.ts'
import type { Portal } from '../portal.ts'
import type { PortalEnv } from '../visit.ts'

export function logout({ sessions }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.post('/logout', async (c) => {
    await sessions.close(c)
    leaveNotice(c, 'You are logged out.')
    return c.redirect('/login', 303)
  })
  return app
}
