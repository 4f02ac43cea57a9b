import type { Hono } from 'hono'
import { entrance } from './entrance.ts'
import type { Portal } from './portal.ts'
import { memberRoutes, publicRoutes } from './routes/index.ts'
import { membersOnly, type PortalEnv } from './visit.ts'

/** The portal as one function of the fetch standard. */
export function createApp(portal: Portal): Hono<PortalEnv> {
  const app = entrance(portal)
  for (const route of publicRoutes) app.route('/', route(portal))
  app.use(membersOnly)
  for (const route of memberRoutes) app.route('/', route(portal))
  return app
}
