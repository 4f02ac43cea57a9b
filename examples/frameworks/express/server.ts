// Express 5: the handler is a middleware, and guards stand in front of a route like any other.
// In examples/frameworks: `npm run express`, then http://127.0.0.1:3000
import express from 'express'
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

const app = express()
app.use(nodeHandler(handler))
app.post('/log-in', sameOrigin, nodeHandler(logIn))
// for routes of yours: before the lines above it would log what was typed wherever a body is no
// JSON
app.use(express.json())
app.post('/dns', sameOrigin, verified, permitted, (_, response) => {
  response.json({ changed: true })
})

app.listen(Number(PORT), '127.0.0.1', (error) => {
  if (error) throw error
  else console.log(`http://127.0.0.1:${PORT}`)
})
