import type { Context, MiddlewareHandler } from 'hono'
import type { Session } from './data/sessions.ts'
import type { User } from './data/users.ts'
import type { Portal } from './portal.ts'

/** Who is logged in, and by which session. */
export interface Member {
  readonly session: Session
  readonly user: User
}

/** What a route finds in `c.var`. */
export interface PortalEnv {
  Variables: {
    portal: Portal
    /** On every page. */
    visitor: Member | null
    /** Behind the gate `membersOnly` alone. */
    member: Member
  }
}

export type Visit = Context<PortalEnv>

/** Looks who comes, for every page. */
export function recognize(portal: Portal): MiddlewareHandler<PortalEnv> {
  return async (c, next) => {
    c.set('portal', portal)
    const session = await portal.sessions.read(c)
    const user = session && (await portal.data.users.byId(session.userId))
    c.set('visitor', session && user && { session, user })
    await next()
  }
}

/** The gate that all pages of the logged-in stand behind. */
export const membersOnly: MiddlewareHandler<PortalEnv> = async (c, next) => {
  const { visitor } = c.var
  if (!visitor) return c.redirect('/login', 303)
  c.set('member', visitor)
  return next()
}

/**
 * What the user typed into a field, cut: nothing that a form of ours sends is longer. What is no
 * form at all has nothing in it.
 */
export async function typed<Name extends string>(
  c: Context,
  ...names: Name[]
): Promise<Record<Name, string>> {
  const body = await c.req.parseBody().catch((): Record<string, unknown> => ({}))
  const read = (name: Name): string =>
    typeof body[name] === 'string' ? body[name].slice(0, 1000) : ''
  return Object.fromEntries(names.map((name) => [name, read(name)])) as Record<Name, string>
}
