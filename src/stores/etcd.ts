import { KeystepError } from '../errors.ts'
import { expiryMillis, pageOf, type TableStore } from './record-store.ts'

type HeaderFields = Readonly<Record<string, string>>

interface EtcdRequest {
  method: 'POST'
  headers: Record<string, string>
  body: string
  signal: AbortSignal
  redirect: 'manual'
}

type EtcdResponse = Promise<{ readonly status: number; json(): Promise<unknown> }>

/** The part of `fetch` that keystep uses. */
export type EtcdFetch = (url: string, o: EtcdRequest) => EtcdResponse

/** Options of {@link etcdStore}. Anything else than what they say throws `ERR_OPTION`. */
export interface EtcdStoreOptions {
  /**
   * Client URLs of one cluster's members, `http:` or `https:`, with a path where a proxy has one.
   */
  url: string | readonly string[]
  /** In front of every key, 1 to 64 letters, digits and `_ - . : /`; default `keystep/`. */
  prefix?: string | undefined
  /** A user of etcd's own; the store gets a token by it, and a new one when that is refused. */
  user?: { name: string; password: string } | undefined
  /** More headers for each request, such as a token of the portal's own: `Authorization`. */
  headers?: HeaderFields | (() => HeaderFields | Promise<HeaderFields>) | undefined
  /** How long one request may take, 0.1 to 60 seconds; default 5. Then the call throws. */
  timeoutSeconds?: number | undefined
  /** Another `fetch`, for instance with a client certificate. Default: the platform's. */
  fetch?: EtcdFetch | undefined
}

/** Protobuf's JSON: 64-bit numbers are strings, and what is 0, false or empty is left out. */
interface Answer {
  header?: { cluster_id?: string; revision?: string }
  succeeded?: boolean
  kvs?: readonly { key: string; value?: string; mod_revision: string }[]
  ID?: string
  token?: string
  errors?: readonly string[]
}

/** No zero, which to etcd means "no such key"; no more digits than 64 bits surely hold. */
const REVISION = /^[1-9]\d{0,17}$/
const GRACE_SECONDS = 86_400
/** Refused before anything was done, so the same request may be sent with a new token. */
const TOKEN_REFUSED = /invalid auth token|user name is empty|auth store is old/

/**
 * A store in etcd 3.4 or later, over its JSON gateway: each write is one transaction that compares
 * the key's `mod_revision`, each read is linearizable, and versions are those revisions. With
 * several URLs a read goes on to the next member when one fails. A write is sent once: when its
 * answer is lost it throws, and the next call goes to the next member. A record with an `expiresAt`
 * has a lease, and is dropped a day later at the earliest. `migrate()` creates nothing; it throws
 * `ERR_STORE` unless a member answers, and when one belongs to another cluster, has no leader or
 * has raised an alarm.
 *
 * @throws `ERR_OPTION` for options other than {@link EtcdStoreOptions} says.
 */
export function etcdStore(o: EtcdStoreOptions): TableStore {
  const { prefix = 'keystep/' } = o
  const isPrefix = typeof (prefix as unknown) === 'string' && /^[\w.:/-]{1,64}$/.test(prefix)
  if (!isPrefix) throw refusal('prefix must be letters, digits and _ - . : /')
  const at = (key: string): string => encode(prefix + key)
  const { read, write, askEach } = connect(o)

  const leaseUntil = async (expiry: number): Promise<string> => {
    const left = Math.ceil(Math.max(expiry - Date.now(), 0) / 1000)
    const { ID } = await write('lease/grant', { TTL: String(left + GRACE_SECONDS) })
    return ID ?? Promise.reject(strange())
  }
  const swap = async (key: string, expected: string | null, success: object): Promise<Answer> => {
    const at = { key, target: 'MOD', result: 'EQUAL', mod_revision: expected ?? '0' }
    return write('kv/txn', { compare: [at], success: [success] })
  }

  return {
    async migrate() {
      const answers = await askEach('maintenance/status')
      if (answers.every(({ errors = [] }) => errors.length === 0)) return
      throw failure('etcd has no leader, or an alarm is raised (etcdctl endpoint status)')
    },
    async get(key) {
      const [found] = (await read('kv/range', { key: at(key) })).kvs ?? []
      return found ? { value: textOf(found.value), version: found.mod_revision } : null
    },
    async put(key, value, o) {
      const expiry = expiryMillis(o)
      if (o.expected !== null && !REVISION.test(o.expected)) return null
      const lease = expiry === null ? undefined : await leaseUntil(expiry)
      const record = { key: at(key), value: encode(value), lease }
      const answer = await swap(at(key), o.expected, { request_put: record })
      return answer.succeeded === true ? answer.header!.revision! : null
    },
    async delete(key, { expected }) {
      if (!REVISION.test(expected)) return 'changed'
      const answer = await swap(at(key), expected, { request_delete_range: { key: at(key) } })
      return answer.succeeded === true ? 'deleted' : 'changed'
    },
    async keys(o) {
      const { after, limit } = pageOf(o)
      // The smallest text after a text is the same with a zero character; DEL is behind all keys.
      const range = { key: at(`${after}\0`), range_end: at('\x7f'), keys_only: true }
      const { kvs = [] } = await read('kv/range', { ...range, limit: String(limit) })
      return kvs.map(({ key }) => textOf(key).slice(prefix.length))
    },
  }
}

/**
 * `read` asks again what changes nothing; what `write` asked may have been done without an answer.
 */
function connect(o: EtcdStoreOptions) {
  const urls = urlsOf(o)
  const post = poster(o)
  let turn = 0
  let cluster: string | undefined
  const ask = async (url: string, path: string, body: object): Promise<Answer> => {
    const answer = await post(url, path, body)
    const { cluster_id: id, revision } = answer.header ?? {}
    if (typeof id !== 'string' || typeof revision !== 'string') throw strange()
    cluster ??= id
    if (id !== cluster) throw failure('etcdStore was given members of two etcd clusters')
    return answer
  }
  const write = async (path: string, body: object): Promise<Answer> => {
    const mine = turn
    try {
      return await ask(urls[mine]!, path, body)
    } catch (error) {
      if (turn === mine) turn = (mine + 1) % urls.length
      throw error
    }
  }
  const read = async (path: string, body: object): Promise<Answer> => {
    for (let left = urls.length; ; left--) {
      try {
        return await write(path, body)
      } catch (error) {
        if (left <= 1) throw error
      }
    }
  }
  const askEach = async (path: string): Promise<Answer[]> => {
    const asked = await Promise.allSettled(urls.map((url) => ask(url, path, {})))
    const answers = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const errors = asked.flatMap((one) => ('reason' in one ? [one.reason as unknown] : []))
    const told = errors.find((error) => error instanceof KeystepError)
    if (told || answers.length === 0) throw told ?? errors[0]
    return answers
  }
  return { read, write, askEach }
}

type Post = (url: string, path: string, body: object) => Promise<Answer>

/**
 * One request, with the portal's headers and, where there is a user, a token that is still good.
 */
function poster(o: EtcdStoreOptions): Post {
  const { user, headers, timeoutSeconds = 5, fetch = globalThis.fetch } = o
  if (typeof fetch !== 'function') throw refusal('fetch must be a function')
  const isTime = timeoutSeconds >= 0.1 && timeoutSeconds <= 60
  if (!isTime) throw refusal('timeoutSeconds must be a number from 0.1 to 60')
  let token: Promise<string> | undefined
  const send = async (url: string, body: object, authorization: HeaderFields): Promise<Answer> => {
    const own = typeof headers === 'function' ? await headers() : headers
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...own, ...authorization },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
      redirect: 'manual',
    })
    const answer: unknown = await response.json().catch((error: unknown): never => {
      throw error instanceof SyntaxError ? strange(error) : error
    })
    if (response.status === 200 && typeof answer === 'object' && answer) return answer
    throw failure(`etcd answered ${response.status}${wordsOf(answer)}`)
  }
  const logIn = async (url: string): Promise<string> => {
    const { token } = await send(`${url}/v3/auth/authenticate`, user!, {})
    return token ?? Promise.reject(strange())
  }
  /** One token for all calls, asked for once even where many calls find the last one refused. */
  const withToken = async (url: string, target: string, body: object): Promise<Answer> => {
    const used = (token ??= logIn(url))
    try {
      return await send(target, body, { authorization: await used })
    } catch (error) {
      if (token === used) token = undefined
      throw error
    }
  }
  return async (url, path, body) => {
    const target = `${url}/v3/${path}`
    if (!user) return send(target, body, {})
    try {
      return await withToken(url, target, body)
    } catch (error) {
      if (!(error instanceof KeystepError) || !TOKEN_REFUSED.test(error.message)) throw error
      return withToken(url, target, body)
    }
  }
}

function urlsOf({ url }: EtcdStoreOptions): readonly string[] {
  const given: unknown = url
  const urls: readonly unknown[] = Array.isArray(given) ? given : [given]
  const isUrl = (one: unknown): one is string =>
    typeof one === 'string' && /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/.test(one)
  if (urls.length > 0 && urls.every(isUrl)) return urls.map((one) => one.replace(/\/+$/, ''))
  throw refusal('url must be one http: or https: URL, or a list, without ? and @')
}

/** Base64 of UTF-8. */
function encode(text: string): string {
  let bytes = ''
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte)
  return btoa(bytes)
}

function textOf(base64 = ''): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new KeystepError('ERR_RECORD_SHAPE', 'a value under the prefix is no record', { cause })
  }
}

/** etcd's own words; a proxy's may hold anything. */
function wordsOf(answer: unknown): string {
  const { message } = (answer ?? {}) as { message?: unknown }
  return typeof message === 'string' && /^etcdserver: [\w ,.:-]{1,200}$/.test(message)
    ? `, ${message}`
    : ''
}

function refusal(words: string): KeystepError {
  return new KeystepError('ERR_OPTION', words)
}

function failure(words: string, cause?: unknown): KeystepError {
  return new KeystepError('ERR_STORE', words, { cause })
}

function strange(cause?: unknown): KeystepError {
  return failure('the URL of etcdStore leads to no JSON gateway of etcd 3.4 or later', cause)
}
