// Fastify 5: the handler is a route, and guards are its preHandler hooks.
// In examples/frameworks: `npm ci`, then `npm run fastify`, then http://127.0.0.1:3000
import fastify from 'fastify'
import { createKeyring, createTwoFactor, generateKeyringKey } from 'keystep'
import {
  createTwoFactorHandler,
  nodeHandler,
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
const sameOrigin = nodeHandler(requireSameOrigin())
const verified = nodeHandler(requireVerified({ twoFactor, session, minimum: 'remembered' }))
const permitted = nodeHandler(requirePermit('dns', { twoFactor, session }))

const app = fastify()
app.all('/two-factor/*', nodeHandler(handler))
app.post('/log-in', { preHandler: sameOrigin }, nodeHandler(logIn))
app.post('/dns', { preHandler: [sameOrigin, verified, permitted] }, () => ({ changed: true }))

console.log(await app.listen({ port: Number(PORT), host: '127.0.0.1' }))
