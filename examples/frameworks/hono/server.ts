// Hono on Node: `c.req.raw` is the request of the fetch standard, so that nothing has to be
// adapted. In examples/frameworks: `npm run hono`, then http://127.0.0.1:3000
import { serve } from '@hono/node-server'
import { Hono, type MiddlewareHandler } from 'hono'
import { createKeyring, createTwoFactor, generateKeyringKey } from 'keystep'
import {
  createTwoFactorHandler,
  type FetchHandler,
  requirePermit,
  requireSameOrigin,
  requireVerified,
} from 'keystep/http'
import { sqliteStore } from 'keystep/stores/sqlite'
import Database from 'libsql'
import { createPortal } from '../users.ts'

const { PORT = '3000', DATABASE = ':memory:', KEYSTEP_KEYS } = process.env
const store = sqliteStore(new Database(DATABASE))
await store.migrate()
const twoFactor = createTwoFactor({
  issuer: 'Portal',
  store,
  keyring: createKeyring(KEYSTEP_KEYS ?? generateKeyringKey()),
})

const { session, openSession, keepSession, logIn } = createPortal(twoFactor, new Map())
const handler = createTwoFactorHandler(twoFactor, { session, openSession, keepSession })
const guard =
  (check: FetchHandler): MiddlewareHandler =>
  async (c, next) =>
    (await check(c.req.raw)) ?? next()
const sameOrigin = guard(requireSameOrigin())
const verified = guard(requireVerified({ twoFactor, session, minimum: 'remembered' }))
const permitted = guard(requirePermit('dns', { twoFactor, session }))

const app = new Hono()
app.all('/two-factor/*', async (c) => (await handler(c.req.raw)) ?? c.notFound())
app.post('/log-in', sameOrigin, (c) => logIn(c.req.raw))
app.post('/dns', sameOrigin, verified, permitted, (c) => c.json({ changed: true }))

serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, () => {
  console.log(`http://127.0.0.1:${PORT}`)
})
