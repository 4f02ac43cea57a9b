// Workers with Durable Objects: one object has records and sessions in its own storage, and the
// Worker passes requests on to it. In examples/frameworks: the keys, as wrangler.jsonc says, then
// `npm run workers-durable-objects`
import { DurableObject } from 'cloudflare:workers'
import { createKeyring, createTwoFactor } from 'keystep'
import {
  createTwoFactorHandler,
  errorResponse,
  jsonResponse,
  requirePermit,
  requireSameOrigin,
  requireVerified,
} from 'keystep/http'
import { durableObjectStore } from 'keystep/stores/durable-object'
import { createPortal, type Sessions } from '../users.ts'

interface Env {
  PORTAL: DurableObjectNamespace
  KEYSTEP_KEYS: string
}

/** An object is put to sleep when nobody asks, and loses its memory: a Map would lose sessions. */
function sessionsIn(storage: DurableObjectStorage): Sessions {
  return {
    get: (id) => storage.get(`session:${id}`),
    set: (id, session) => storage.put(`session:${id}`, session),
    delete: (id) => storage.delete(`session:${id}`),
  }
}

export class Portal extends DurableObject<Env> {
  readonly #answer: (request: Request) => Promise<Response>

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const twoFactor = createTwoFactor({
      issuer: 'Portal',
      store: durableObjectStore(ctx.storage),
      keyring: createKeyring(env.KEYSTEP_KEYS),
    })
    const { session, openSession, keepSession, logIn } = createPortal(
      twoFactor,
      sessionsIn(ctx.storage),
    )
    const handler = createTwoFactorHandler(twoFactor, { session, openSession, keepSession })
    const sameOrigin = requireSameOrigin()
    const verified = requireVerified({ twoFactor, session, minimum: 'remembered' })
    const permitted = requirePermit('dns', { twoFactor, session })
    const changeDns = () => jsonResponse({ changed: true })
    this.#answer = async (request) => {
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
    }
  }

  override fetch(request: Request): Promise<Response> {
    return this.#answer(request)
  }
}

// One object is one thread for all users. A portal of many tenants has an object for each:
// idFromName(tenant).
export default {
  fetch: (request: Request, { PORTAL }: Env) =>
    PORTAL.get(PORTAL.idFromName('portal')).fetch(request),
}
