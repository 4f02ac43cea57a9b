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

/** Writes a response; cookies join those that were set before. */
export async function write(response: Response, target: NodeResponse): Promise<void> {
  // First of all: a body that fails must not leave the cookie of a session behind, for the answer
  // that follows.
  const body = new Uint8Array(await response.arrayBuffer())
  target.statusCode = response.status
  for (const [name, value] of response.headers) {
    if (name === 'set-cookie') target.appendHeader(name, value)
    else target.setHeader(name, value)
  }
  target.end(body)
}

/** Answers through Fastify, whose headers and hooks (CORS, cookies) are part of the answer. */
export async function sendBy(reply: FastifyReply, response: Response): Promise<void> {
  const body = new Uint8Array(await response.arrayBuffer())
  reply.code(response.status)
  for (const [name, value] of response.headers) reply.header(name, value)
  await reply.send(body)
}

/** Answers with what became of an exception. node:http waits for nobody: a rejection would end the process. */
export async function writeFailure(
  error: unknown,
  target: NodeResponse,
  onError: FailureHandler | undefined,
): Promise<void> {
  const failure = failureResponse(error, onError)
  if (!target.headersSent) await write(failure, target)
  else if (!target.writableEnded) target.destroy()
}
