import { KeystepError } from '../errors.ts'
import { type FailureHandler, failureResponse } from './failure.ts'

/** As much of Node's `ServerResponse` as is needed. */
export interface NodeResponse {
  statusCode: number
  readonly headersSent: boolean
  readonly writableEnded: boolean
  /** Node's own. */
  setHeader(name: string, value: string): unknown
  /** Node's own. */
  appendHeader(name: string, value: string): unknown
  /** Node's own. */
  end(body: Uint8Array): unknown
  /** Node's own. */
  destroy(): unknown
}

/** As much of Fastify's reply as is needed. */
export interface FastifyReply {
  /** Fastify's own. */
  code(status: number): unknown
  /** Fastify's own. */
  header(name: string, value: string): unknown
  /** Fastify's own: what awaits it, waits until all is sent. */
  send(body: Uint8Array): unknown
  /** Fastify's own. */
  callNotFound(): unknown
}

/** A response of which nothing can fail any more. */
interface Whole {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

/** What a `Headers` takes and Node refuses: control characters but the tab. */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/

/**
 * Reads a response to its end and checks its headers before any of it is written: one that fails
 * half way must not leave the cookie of a session behind, for the answer that follows.
 *
 * @throws `ERR_OPTION` for a header that cannot be sent, and what the body throws.
 */
async function wholeOf(response: Response): Promise<Whole> {
  const body = new Uint8Array(await response.arrayBuffer())
  const headers = [...response.headers]
  // What stands unread of a body beyond the limit would be read as the next request.
  if (response.status === 413) headers.push(['connection', 'close'])
  if (headers.some(([, value]) => UNSENDABLE.test(value))) {
    throw new KeystepError(
      'ERR_OPTION',
      'a header of the response has a character that none may have',
    )
  }
  return { status: response.status, headers, body }
}

/** Writes a response; cookies join those that were set before. */
export async function write(response: Response, target: NodeResponse): Promise<void> {
  const { status, headers, body } = await wholeOf(response)
  target.statusCode = status
  for (const [name, value] of headers) {
    if (name === 'set-cookie') target.appendHeader(name, value)
    else target.setHeader(name, value)
  }
  target.end(body)
}

/** Answers through Fastify, whose headers and hooks (CORS, cookies) are part of the answer. */
export async function sendBy(reply: FastifyReply, response: Response): Promise<void> {
  const { status, headers, body } = await wholeOf(response)
  reply.code(status)
  for (const [name, value] of headers) reply.header(name, value)
  await reply.send(body)
}

/**
 * Answers with what became of an exception. node:http waits for nobody: a rejection would end the
 * process.
 */
export async function writeFailure(
  error: unknown,
  target: NodeResponse,
  onError: FailureHandler | undefined,
): Promise<void> {
  const failure = failureResponse(error, onError)
  if (!target.headersSent) await write(failure, target)
  else if (!target.writableEnded) target.destroy()
}
