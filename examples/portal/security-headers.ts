import type { MiddlewareHandler } from 'hono'
import { every } from 'hono/combine'
import { secureHeaders } from 'hono/secure-headers'

const own = ["'self'"]

/**
 * Nothing inline, nothing from elsewhere, no frame; pages of an account are kept by nobody. Secrets
 * never stand in addresses, nor do referrers leave.
 */
export const securityHeaders: MiddlewareHandler = every(
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: own,
      styleSrc: own,
      fontSrc: own,
      imgSrc: [...own, 'data:'], // the QR code
      formAction: own,
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
  }),
  async (c, next) => {
    await next()
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store')
  },
)
