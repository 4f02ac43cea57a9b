// Hono on Workers, records and sessions in D1: twoFactor is made of `c.env`, in each request, which
// does no I/O. In examples/frameworks: the keys, as wrangler.jsonc says, then
// `npm run hono-workers-d1`
import { Hono, type MiddlewareHandler } from 'hono'
import { createKeyring, createTwoFactor } from 'keystep'
import {
  createTwoFactorHandler,
  type FetchHandler,
  type PortalSession,
  requirePermit,
  requireSameOrigin,
  requireVerified,
} from 'keystep/http'
import { type D1Binding, d1Store } from 'keystep/stores/d1'
import { createPortal, type Sessions } from '../users.ts'

type Env = { Bindings: { DB: D1Binding; KEYSTEP_KEYS: string } }

/**
 * An isolate may be gone with the next request, and another answers beside it: a Map would lose
 * sessions.
 */
function sessionsIn(db: D1Binding): Sessions {
  const query = async (sql: string, ...values: string[]) =>
    (
      await db
        .prepare(sql)
        .bind(...values)
        .all()
    ).results
  return {
    get: async (id) => {
      const [row] = await query('SELECT session FROM sessions WHERE id = ?', id)
      return row ? (JSON.parse(row['session'] as string) as PortalSession) : null
    },
    set: (id, session) =>
      query('INSERT OR REPLACE INTO sessions VALUES (?, ?)', id, JSON.stringify(session)),
    delete: (id) => query('DELETE FROM sessions WHERE id = ?', id),
  }
}

function portalOf({ DB, KEYSTEP_KEYS }: Env['Bindings']) {
  const twoFactor = createTwoFactor({
    issuer: 'Portal',
    store: d1Store(DB),
    keyring: createKeyring(KEYSTEP_KEYS),
  })
  const { session, openSession, keepSession, logIn } = createPortal(twoFactor, sessionsIn(DB))
  return {
    handler: createTwoFactorHandler(twoFactor, { session, openSession, keepSession }),
    logIn,
    sameOrigin: requireSameOrigin(),
    verified: requireVerified({ twoFactor, session, minimum: 'remembered' }),
    permitted: requirePermit('dns', { twoFactor, session }),
  }
}

type Portal = ReturnType<typeof portalOf>
const guard =
  (check: (portal: Portal) => FetchHandler): MiddlewareHandler<Env> =>
  async (c, next) =>
    (await check(portalOf(c.env))(c.req.raw)) ?? next()
const sameOrigin = guard((portal) => portal.sameOrigin)
const verified = guard((portal) => portal.verified)
const permitted = guard((portal) => portal.permitted)

let migrated = false // yours: migrations, before the deployment
const migrate: MiddlewareHandler<Env> = async ({ env: { DB } }, next) => {
  if (!migrated)
    await Promise.all([
      d1Store(DB).migrate(),
      DB.prepare('CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, session TEXT)')
        .bind()
        .all(),
    ])
  migrated = true
  return next()
}

const app = new Hono<Env>()
app.use(migrate)
app.all('/two-factor/*', async (c) => (await portalOf(c.env).handler(c.req.raw)) ?? c.notFound())
app.post('/log-in', sameOrigin, (c) => portalOf(c.env).logIn(c.req.raw))
app.post('/dns', sameOrigin, verified, permitted, (c) => c.json({ changed: true }))

export default app
