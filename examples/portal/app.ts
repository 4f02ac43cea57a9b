import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { requireSameOrigin } from 'keystep/http'
import { failurePage, missingPage } from './pages/failure.ts'
import { assets } from './assets.ts'
import type { Portal } from './portal.ts'
import { memberRoutes, publicRoutes } from './routes/index.ts'
import { securityHeaders } from './security-headers.ts'
import { membersOnly, type PortalEnv, recognize } from './visit.ts'

/** The portal as one function of the fetch standard. */
export function createApp(portal: Portal): Hono<PortalEnv> {
  const { publicOrigin } = portal.configuration
  const sameOrigin = requireSameOrigin({ origins: publicOrigin === null ? [] : [publicOrigin] })
  const app = new Hono<PortalEnv>()
  app.use(securityHeaders)
  app.route('/assets', assets())
  app.use(bodyLimit({ maxSize: 16_384 }))
  app.use(async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    return (await sameOrigin(c.req.raw)) ?? next()
  })
  app.use(recognize(portal))
  for (const route of publicRoutes) app.route('/', route(portal))
  app.use(membersOnly)
  for (const route of memberRoutes) app.route('/', route(portal))
  app.notFound(missingPage)
  app.onError(failurePage)
  return app
}
