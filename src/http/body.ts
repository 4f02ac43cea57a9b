import { KeystepError } from '../errors.ts'
import { isObject } from './fields.ts'
import { errorResponse } from './responses.ts'

/** Above the longest body of any route: one token of 8,192 characters and some short fields. */
const MOST_BYTES = 16_384

/** A body that was read, or the response that refuses it. */
export type ReadBody =
  { value: Readonly<Record<string, unknown>>; refusal?: undefined } | { refusal: Response }

/**
 * Reads a JSON object of at most `maxBytes` (default 16,384), whatever `Content-Length` says.
 * Refuses with 415 anything but `application/json` in UTF-8 without content encoding, which no HTML
 * form of another site can send; with 413 what is too large; with 400 what is no JSON object. Names
 * are own properties: `__proto__` is a name like any other.
 *
 * @throws `ERR_OPTION` when somebody has read the body before.
 */
export async function readJsonBody(
  request: Request,
  { maxBytes = MOST_BYTES }: { maxBytes?: number | undefined } = {},
): Promise<ReadBody> {
  if (!isJson(request.headers)) return { refusal: errorResponse('unsupported_media_type') }
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes)
    return { refusal: errorResponse('too_large') }
  if (request.bodyUsed)
    throw new KeystepError('ERR_OPTION', 'the body of the request was read before: pass a clone on')
  const text = await readText(request.body, maxBytes)
  if (text === 'too_large') return { refusal: errorResponse('too_large') }
  const value = text === null ? null : parse(text.json)
  return isObject(value) ? { value } : { refusal: errorResponse('bad_request') }
}

function isJson(headers: Headers): boolean {
  const type = headers.get('content-type') ?? ''
  const encoding = headers.get('content-encoding') ?? 'identity'
  return (
    /^application\/json *(; *charset="?utf-8"? *)?$/i.test(type) &&
    encoding.toLowerCase() === 'identity'
  )
}

/** The text, or null for bytes that are no UTF-8 and for a stream that broke off. */
async function readText(
  stream: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<{ json: string } | 'too_large' | null> {
  if (!stream) return null
  const reader = stream.getReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let size = 0
  let json = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { json: json + decoder.decode() }
      size += value.byteLength
      if (size > maxBytes) {
        reader.cancel().catch(() => undefined)
        return 'too_large'
      }
      json += decoder.decode(value, { stream: true })
    }
  } catch {
    return null
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}
