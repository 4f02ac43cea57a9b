import { KeystepError } from '../errors.ts'
import { expiryMillis, pageOf, type RecordStore, waitOutLock } from './record-store.ts'

type KvKey = readonly string[]
interface KvEntry {
  key: readonly unknown[]
  value: unknown
  versionstamp: string | null
}
interface KvAtomic {
  check(check: { key: KvKey; versionstamp: string | null }): KvAtomic
  set(key: KvKey, value: Uint8Array, o?: { expireIn?: number }): KvAtomic
  delete(key: KvKey): KvAtomic
  commit(): Promise<{ ok: boolean; versionstamp?: string }>
}

/** The part of a `Deno.Kv` that keystep uses. */
export interface DenoKvHandle {
  get(key: KvKey, o: { consistency: 'strong' }): Promise<KvEntry>
  list(
    selector: { prefix: KvKey; start?: KvKey; end?: KvKey },
    o: { consistency: 'strong'; batchSize: number },
  ): AsyncIterable<KvEntry>
  atomic(): KvAtomic
}

/** Options of {@link denoKvStore}. */
export interface DenoKvStoreOptions {
  /**
   * The parts in front of every key; default `['keystep']`. An empty list or part throws
   * `ERR_OPTION`.
   */
  prefix?: readonly string[] | undefined
}

/** Deno throws on any other text, where the contract wants a lost swap. */
const VERSIONSTAMP = /^[0-9a-f]{20}$/
const GRACE_MILLIS = 86_400_000

/**
 * A store in Deno KV, over the portal's own handle; reads are strongly consistent, versions are
 * Deno's versionstamps. Values are stored as bytes of UTF-8, so that 64,000 of them fit Deno's
 * limit. A record with an `expiresAt` is dropped a day later at the earliest.
 *
 * @throws `ERR_OPTION` for an empty prefix.
 */
export function denoKvStore(kv: DenoKvHandle, o: DenoKvStoreOptions = {}): RecordStore {
  const { prefix = ['keystep'] } = o
  const parts: unknown = prefix
  const valid =
    Array.isArray(parts) &&
    parts.length > 0 &&
    parts.every((part) => typeof part === 'string' && part !== '')
  if (!valid) throw new KeystepError('ERR_OPTION', 'prefix must be a list of non-empty texts')
  const at = (key: string): KvKey => [...prefix, key]

  return {
    async get(key) {
      const { value, versionstamp } = await waitOutLock(async () =>
        kv.get(at(key), { consistency: 'strong' }),
      )
      return versionstamp === null ? null : { value: textOf(value), version: versionstamp }
    },
    async put(key, value, o) {
      if (o.expected !== null && !VERSIONSTAMP.test(o.expected)) return null
      const expiry = expiryMillis(o)
      const life =
        expiry === null ? {} : { expireIn: Math.max(expiry - Date.now(), 0) + GRACE_MILLIS }
      const swap = kv
        .atomic()
        .check({ key: at(key), versionstamp: o.expected })
        .set(at(key), new TextEncoder().encode(value), life)
      const { ok, versionstamp } = await waitOutLock(async () => swap.commit())
      return ok && versionstamp !== undefined ? versionstamp : null
    },
    async delete(key, { expected }) {
      if (!VERSIONSTAMP.test(expected)) return 'changed'
      const removal = kv
        .atomic()
        .check({ key: at(key), versionstamp: expected })
        .delete(at(key))
      const { ok } = await waitOutLock(async () => removal.commit())
      return ok ? 'deleted' : 'changed'
    },
    async keys(o) {
      const { after, limit } = pageOf(o)
      const keys: string[] = []
      // The smallest text after a text is the same with a zero character: `start` is inclusive.
      const entries = kv.list(
        { prefix, start: at(`${after}\0`) },
        { consistency: 'strong', batchSize: Math.min(limit, 500) },
      )
      for await (const { key } of entries) {
        // A longer key lies under another prefix that begins with this one.
        if (key.length === prefix.length + 1) keys.push(key.at(-1) as string)
        if (keys.length === limit) break
      }
      return keys
    },
  }
}

function textOf(value: unknown): string {
  if (value instanceof Uint8Array)
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)
  throw new KeystepError('ERR_RECORD_SHAPE', 'a value under the prefix of denoKvStore is no record')
}
