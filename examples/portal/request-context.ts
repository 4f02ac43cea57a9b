import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import type { RequestContext } from 'keystep'
import type { Visit } from './visit.ts'

/**
 * From where, for the user's activity. Behind a proxy it is the header that the proxy overwrites;
 * nothing is decided by it.
 */
export function contextOf(c: Visit): RequestContext {
  const ip = c.var.portal.publicOrigin === null ? addressOf(c) : c.req.header('x-real-ip')
  return { ip, userAgent: c.req.header('user-agent') }
}

function addressOf(c: Context): string | undefined {
  return getConnInfo(c).remote.address
}
