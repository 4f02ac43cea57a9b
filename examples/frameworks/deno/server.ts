// Deno.serve: fetch functions as they are; records and sessions in Deno KV.
// In examples/frameworks: `npm run deno`, then http://127.0.0.1:3000
import { createKeyring, createTwoFactor, generateKeyringKey } from 'keystep'
import {
  createTwoFactorHandler,
  errorResponse,
  jsonResponse,
  type PortalSession,
  requirePermit,
  requireSameOrigin,
  requireVerified,
} from 'keystep/http'
import { denoKvStore } from 'keystep/stores/deno-kv'
import { createPortal, type Sessions } from '../users.ts'

const kv = await Deno.openKv(Deno.env.get('DATABASE'))
const keyring = createKeyring(Deno.env.get('KEYSTEP_KEYS') ?? generateKeyringKey())
const twoFactor = createTwoFactor({ issuer: 'Portal', store: denoKvStore(kv), keyring })

/** On Deno Deploy instances come and go, in several regions. */
const sessions: Sessions = {
  get: async (id) => (await kv.get<PortalSession>(['sessions', id])).value,
  set: (id, session) => kv.set(['sessions', id], session, { expireIn: 86_400_000 }),
  delete: (id) => kv.delete(['sessions', id]),
}
const { session, openSession, keepSession, logIn } = createPortal(twoFactor, sessions)
const handler = createTwoFactorHandler(twoFactor, { session, openSession, keepSession })
const sameOrigin = requireSameOrigin()
const verified = requireVerified({ twoFactor, session, minimum: 'remembered' })
const permitted = requirePermit('dns', { twoFactor, session })
const changeDns = () => jsonResponse({ changed: true })

Deno.serve(
  { hostname: '127.0.0.1', port: Number(Deno.env.get('PORT') ?? 3000) },
  async (request) => {
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
        return (await handler(request)) ?? errorResponse('not_found')
    }
  },
)
