// node:http without a framework: one fetch function, mounted by `nodeHandler`.
// In examples/frameworks: `npm run node-http`, then http://127.0.0.1:3000
import { createServer } from 'node:http'
import { createKeyring, createTwoFactor, generateKeyringKey } from 'keystep'
import {
  createTwoFactorHandler,
  jsonResponse,
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
const sameOrigin = requireSameOrigin()
const verified = requireVerified({ twoFactor, session, minimum: 'remembered' })
const permitted = requirePermit('dns', { twoFactor, session })
const changeDns = () => jsonResponse({ changed: true })

async function answer(request: Request): Promise<Response | null> {
  switch (`${request.method} ${new URL(request.url).pathname}`) {
    case 'POST /log-in':
      return (await sameOrigin(request)) ?? logIn(request)
    case 'POST /dns':
      return (
        (await sameOrigin(request)) ??
        (await verified(request)) ??
        (await permitted(request)) ??
        changeDns()
      )
    default:
      return handler(request)
  }
}

// eslint-disable-next-line @typescript-eslint/no-misused-promises -- nodeHandler catches what is thrown
createServer(nodeHandler(answer)).listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${PORT}`)
})
