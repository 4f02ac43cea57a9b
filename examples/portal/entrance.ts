import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { requireSameOrigin } from 'keystep/http'
import { assets } from './assets.ts'
import { failurePage, missingPage } from './pages/failure.ts'
import type { Portal } from './portal.ts'
import { securityHeaders } from './security-headers.ts'
import { type PortalEnv, recognize } from './visit.ts'

/** What every request passes before its route. */
export function entrance(portal: Portal): Hono<PortalEnv> {
  const { publicOrigin } = portal
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
  app.notFound(missingPage)
  app.onError(failurePage)
  return app
}
