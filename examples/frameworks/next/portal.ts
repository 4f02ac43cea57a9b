// Next.js, app router: route handlers take and give what keystep takes and gives, and the files
// below app/ re-export them. In examples/frameworks: `npm ci`, then `npm run next`, then
// http://127.0.0.1:3000
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
import Database from 'libsql'
import { createPortal } from '../users.ts'

const { DATABASE = ':memory:', KEYSTEP_KEYS } = process.env
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

/** app/two-factor/[...path]/route.ts */
export async function twoFactorRoute(request: Request): Promise<Response> {
  return (await handler(request)) ?? errorResponse('not_found')
}

/** app/log-in/route.ts */
export async function logInRoute(request: Request): Promise<Response> {
  return (await sameOrigin(request)) ?? logIn(request)
}

/** app/dns/route.ts */
export async function dnsRoute(request: Request): Promise<Response> {
  return (
    (await sameOrigin(request)) ??
    (await verified(request)) ??
    (await permitted(request)) ??
    changeDns()
  )
}
