import { originOf } from './origin.ts'
import { errorResponse } from './responses.ts'

/**
 * As much of Node's `IncomingMessage` as is needed; Express adds `originalUrl`, and a body parser
 * `body`.
 */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Says by `encrypted` whether it is of TLS. */
  readonly socket?: object | null | undefined
  readonly body?: unknown
  readonly readableEnded?: boolean | undefined
  readonly destroyed?: boolean | undefined
  /** Node's own. */
  on(event: string, listener: (chunk: Uint8Array) => void): unknown
  /** Node's own. */
  removeListener(event: string, listener: (chunk: Uint8Array) => void): unknown
  /** Node's own. */
  pause(): unknown
  /** Node's own. */
  resume(): unknown
}

/** What describes a body's bytes on the wire; after a body parser they are other bytes. */
const OF_THE_BYTES = ['content-length', 'content-encoding', 'transfer-encoding']

/**
 * A segment that URLs walk over (`/x/../two-factor/status`), and what they drop or take for a
 * slash: servers route by the path as it came.
 */
const WALKS = /^[^?#]*(?:[\\\p{Cc}]|\/(?:\.|%2e){1,2}(?:[/?#]|$))/iu

/**
 * The `Request` that Node's stands for, or the response that refuses it. `body`: what a body parser
 * has made of it, if one was there first.
 */
export function toRequest(
  message: NodeRequest,
  body: unknown,
  origin: string | undefined,
): Request | Response {
  const { method = 'GET', socket } = message
  const host = message.headers[':authority'] ?? message.headers['host']
  const base =
    origin ??
    originOf(
      socket && 'encrypted' in socket ? 'https:' : 'http:',
      typeof host === 'string' ? host : 'localhost',
    )
  const path = message.originalUrl ?? message.url ?? ''
  // Never passed on, not even to the next in line: what is mounted here may be a guard.
  if (base === null || !isPath(path)) return errorResponse('bad_request')
  try {
    const url = new URL(base + path)
    const headers = toHeaders(message)
    headers.set('host', url.host)
    const hasBody = method !== 'GET' && method !== 'HEAD'
    return new Request(url, {
      method,
      headers,
      ...(hasBody && { body: toBody(message, body), duplex: 'half' }),
    })
  } catch {
    return errorResponse('bad_request')
  }
}

/**
 * Whether a request target is a path that begins with exactly one slash (RFC 9112 3.2.1). Routers
 * find a route in `GET http://portal.example/dns`, in `//x/dns` and in `*`, too, each by rules of
 * its own; a guard that read another path than the router behind it would let the request through.
 */
function isPath(target: string): boolean {
  return /^\/(?!\/)/.test(target) && !WALKS.test(target)
}

function toHeaders(message: NodeRequest): Headers {
  const all = new Headers()
  for (const [name, value] of Object.entries(message.headers)) {
    // Pseudo-headers of HTTP/2 are none.
    if (
      value === undefined ||
      name.startsWith(':') ||
      (isGone(message) && OF_THE_BYTES.includes(name))
    )
      continue
    for (const one of typeof value === 'string' ? [value] : value) all.append(name, one)
  }
  return all
}

function toBody(message: NodeRequest, body: unknown): BodyInit {
  // Some parsers leave an empty object where they read nothing: what counts is whether the bytes
  // are gone.
  if (!isGone(message)) return toStream(message)
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new Uint8Array(body)
  return isForm(message) ? new URLSearchParams(fieldsOf('', body)) : JSON.stringify(body ?? '')
}

function isForm({ headers }: NodeRequest): boolean {
  return String(headers['content-type'])
    .toLowerCase()
    .startsWith('application/x-www-form-urlencoded')
}

/**
 * The fields that a parser made of a form; of what is nested, the names are written as parsers read
 * them: `a[b]`.
 */
function fieldsOf(name: string, value: unknown): [name: string, value: string][] {
  if (Array.isArray(value)) return value.flatMap((one) => fieldsOf(name, one))
  if (typeof value !== 'object' || value === null) return name === '' ? [] : [[name, String(value)]]
  return Object.entries(value).flatMap(([key, one]) =>
    fieldsOf(name === '' ? key : `${name}[${key}]`, one),
  )
}

function isGone({ readableEnded, destroyed }: NodeRequest): boolean {
  return readableEnded === true || destroyed === true
}

/**
 * The bytes as they come. Nothing is touched before the first read, so that Node itself deals with
 * a body that nobody wants; and a reader that had enough lets go of the rest, which ends with the
 * connection.
 */
function toStream(message: NodeRequest): ReadableStream<Uint8Array> {
  let stop: (() => void) | null = null
  const source: UnderlyingDefaultSource<Uint8Array> = {
    pull(controller) {
      stop ??= listen(message, controller)
      message.resume()
    },
    cancel() {
      stop?.()
      message.resume()
    },
  }
  return new ReadableStream(source, { highWaterMark: 0 })
}

/** Feeds a stream until the message ends or breaks off; returns how to stop. */
function listen(
  message: NodeRequest,
  controller: ReadableStreamDefaultController<Uint8Array>,
): () => void {
  const stop = (): void => {
    for (const [event, listener] of Object.entries(listeners))
      message.removeListener(event, listener)
  }
  const onBreak = (): void => {
    stop()
    controller.error(new Error('the request broke off'))
  }
  const listeners = {
    data: (chunk: Uint8Array): void => {
      controller.enqueue(new Uint8Array(chunk))
      message.pause()
    },
    end: (): void => {
      stop()
      controller.close()
    },
    error: onBreak,
    close: onBreak,
  }
  for (const [event, listener] of Object.entries(listeners)) message.on(event, listener)
  // A connection that breaks later must find a listener, or it ends the process.
  message.on('error', () => undefined)
  return stop
}
