import { KeystepError } from '../errors.ts'
import type { FetchHandler } from './fetch-handler.ts'
import { originOf } from './origin.ts'
import { errorResponse } from './responses.ts'

/** Where requests may come from. */
export interface OriginOptions {
  /**
   * Origins beside the portal's own, such as `'https://portal.example'`: for front ends on another
   * host, and for proxies that change `Host`.
   */
  origins?: readonly string[] | undefined
}

/**
 * Refuses with 403 what a browser sends from another origin, and lets through (null) all else. A
 * browser says so itself, by `Sec-Fetch-Site` or else by `Origin`, and no page can forge either; a
 * request with neither header comes from no browser's page.
 *
 * @throws `ERR_OPTION` for an origin that is none.
 */
export function requireSameOrigin({ origins = [] }: OriginOptions = {}): FetchHandler {
  checkOrigins(origins)
  return (request) =>
    Promise.resolve(isSameOrigin(request, origins) ? null : errorResponse('cross_origin'))
}

/** @throws `ERR_OPTION` */
export function checkOrigins(origins: readonly string[]): void {
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new KeystepError('ERR_OPTION', "an origin is written as 'https://portal.example'")
  }
}

/** The scheme is not compared: behind a proxy that ends TLS it is not ours to know. */
export function isSameOrigin({ headers, url }: Request, origins: readonly string[]): boolean {
  const origin = headers.get('origin')
  if (origin !== null && origins.includes(origin)) return true
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  return origin === null || isOfHost(origin, headers.get('host') ?? new URL(url).host)
}

/**
 * `Host` is what the browser asked for, and no page can forge it; a framework may have put a name
 * of its own into the URL, as Next.js does. A name of another site that was rebound to the portal's
 * address passes, and does no harm: the browser has no cookie of the portal for it.
 */
function isOfHost(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, origin: own } = new URL(origin)
  return own !== 'null' && own === originOf(protocol, host)
}
