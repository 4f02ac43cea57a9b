// Bun.serve: fetch functions as its routes; records in bun:sqlite.
// In examples/frameworks: `npm run bun`, then http://127.0.0.1:3000
import { Database } from 'bun:sqlite'
import { createKeyring, createTwoFactor, generateKeyringKey } from 'keystep'
import {
  createTwoFactorHandler,
  errorResponse,
  jsonResponse,
  requirePermit,
  requireSameOrigin,
  requireVerified,
} from 'keystep/http'
import { sqliteStore } from 'keystep/stores/sqlite'
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
const sameOrigin = requireSameOrigin()
const verified = requireVerified({ twoFactor, session, minimum: 'remembered' })
const permitted = requirePermit('dns', { twoFactor, session })
const changeDns = () => jsonResponse({ changed: true })

const { url } = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(PORT),
  routes: {
    '/two-factor/*': async (request) => (await handler(request)) ?? errorResponse('not_found'),
    '/log-in': { POST: async (request) => (await sameOrigin(request)) ?? logIn(request) },
    '/dns': {
      POST: async (request) =>
        (await sameOrigin(request)) ??
        (await verified(request)) ??
        (await permitted(request)) ??
        changeDns(),
    },
  },
})
console.log(url.origin)
