import { checkOrigins } from './csrf.ts'
import type { FailureHandler } from './failure.ts'
import type { FetchHandler } from './fetch-handler.ts'
import { type NodeRequest, toRequest } from './node-request.ts'
import {
  type FastifyReply,
  type NodeResponse,
  sendBy,
  write,
  writeFailure,
} from './node-response.ts'

/** As much of Koa's context as is needed. */
export interface KoaContext {
  readonly req: NodeRequest
  readonly res: NodeResponse
  /** With the `body` of a body parser. */
  readonly request: object
}

/** As much of Fastify's request as is needed. */
export interface FastifyRequest {
  readonly raw: NodeRequest
  readonly body?: unknown
}

/**
 * Fits `createServer`, Express, Koa and Fastify, as a route and as a middleware or hook: what it is
 * called with tells which.
 */
export type NodeMount = (
  request: NodeRequest | KoaContext | FastifyRequest,
  response: NodeResponse | FastifyReply | (() => Promise<unknown>),
  next?: (error?: never) => unknown,
) => Promise<void>

/** How {@link nodeHandler} mounts. */
export interface NodeOptions {
  /**
   * The origin of the portal, such as `'https://portal.example'`, where a proxy changes `Host`.
   * Default: by `Host` and the socket.
   */
  origin?: string | undefined
  /**
   * Told of what failed where no framework is there to take it: it became a 503, where there was no
   * answer yet. Default `console.error`.
   */
  onError?: FailureHandler | undefined
}

/**
 * Mounts a handler or guard in Node: `createServer(nodeHandler(handler))`,
 * `app.use(nodeHandler(handler))` in Express and Koa,
 * `app.all('/two-factor/*', nodeHandler(handler))` in Fastify. What the handler passes on goes to
 * the next in line, or is a 404 where there is none. A body that a parser has read already is taken
 * from it.
 *
 * @throws `ERR_OPTION` for an `origin` that is none.
 */
export function nodeHandler(
  handler: FetchHandler,
  { origin, onError }: NodeOptions = {},
): NodeMount {
  if (origin !== undefined) checkOrigins([origin])
  const ask = async (request: NodeRequest, body: unknown): Promise<Response | null> => {
    const asked = toRequest(request, body, origin)
    return asked instanceof Response ? asked : handler(asked)
  }
  const inFastify = async (
    { raw, body }: FastifyRequest,
    reply: FastifyReply,
    isHook: boolean,
  ): Promise<void> => {
    const response = await ask(raw, body)
    if (response) await sendBy(reply, response)
    else if (!isHook) reply.callNotFound()
  }
  const inKoa = async (
    { req, res, request }: KoaContext,
    next: () => Promise<unknown>,
  ): Promise<void> => {
    const response = await ask(req, (request as { body?: unknown }).body)
    await (response ? write(response, res) : next())
  }
  const inNode = async (
    request: NodeRequest,
    response: NodeResponse,
    next?: (error?: never) => unknown,
  ): Promise<void> => {
    let answer: Response | null
    try {
      answer = await ask(request, request.body)
      if (answer || !next)
        await write(answer ?? new Response('Not Found', { status: 404 }), response)
    } catch (error) {
      await (next ? next(error as never) : writeFailure(error, response, onError))
      return
    }
    if (!answer) next?.()
  }
  return (first, second, next) => {
    if ('raw' in first) return inFastify(first, second as FastifyReply, next !== undefined)
    if ('res' in first && 'req' in first) return inKoa(first, second as () => Promise<unknown>)
    return inNode(first, second as NodeResponse, next)
  }
}
