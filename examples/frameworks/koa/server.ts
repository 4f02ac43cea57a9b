// Koa 3 with its router and body parser: the handler is a middleware, and so are guards.
// In examples/frameworks: `npm ci`, then `npm run koa`, then http://127.0.0.1:3000
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import { createKeyring, createTwoFactor, generateKeyringKey } from 'keystep'
import {
  createTwoFactorHandler,
  nodeHandler,
  requirePermit,
  requireSameOrigin,
  requireVerified,
} from 'keystep/http'
import { sqliteStore } from 'keystep/stores/sqlite'
import Koa from 'koa'
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
const sameOrigin = nodeHandler(requireSameOrigin())
const verified = nodeHandler(requireVerified({ twoFactor, session, minimum: 'remembered' }))
const permitted = nodeHandler(requirePermit('dns', { twoFactor, session }))

const router = new Router()
router.post('/log-in', sameOrigin, nodeHandler(logIn))
router.post('/dns', sameOrigin, verified, permitted, (ctx) => {
  ctx.body = { changed: true }
})

const app = new Koa()
app.use(bodyParser()) // before or after: nodeHandler takes a body as it finds it
app.use(nodeHandler(handler))
app.use(router.routes())

app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${PORT}`)
})
