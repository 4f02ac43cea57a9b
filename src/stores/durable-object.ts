import { KeystepError } from '../errors.ts'
import { expiryMillis, newVersion, pageOf, type RecordStore } from './record-store.ts'

interface DurableReads {
  get(key: string): Promise<unknown>
}
interface DurableWrites extends DurableReads {
  put(key: string, value: unknown): Promise<void>
  delete(key: string): Promise<boolean>
}

/**
 * The part of a Durable Object's storage (`ctx.storage`) that keystep uses, with either kind of
 * backend.
 */
export interface DurableStorage {
  transaction<T>(work: (txn: DurableWrites) => Promise<T>): Promise<T>
  list(o: { prefix: string; startAfter: string; limit: number }): Promise<Map<string, unknown>>
}

interface Held {
  value: string
  version: string
  expiresAt: number | null
}

const PREFIX = 'keystep:'

/**
 * A store in the storage of a Durable Object, under keys that begin with `keystep:`. Each call is a
 * transaction of its own. Storage has one connection and does not tell whether a transaction is
 * open on it, so **do not call keystep within `storage.transaction`**: a rollback there would give
 * an attempt back. `expiresAt` is kept (milliseconds since 1970) beside the value, for a sweep of
 * your own.
 *
 * @throws `ERR_OPTION` for the handle of a transaction.
 */
export function durableObjectStore(storage: DurableStorage): RecordStore {
  if ('rollback' in storage)
    throw new KeystepError('ERR_OPTION', 'durableObjectStore takes the storage, not a transaction')
  return {
    get: (key) =>
      storage.transaction(async (txn) => {
        const held = await heldAt(txn, key)
        return held ? { value: held.value, version: held.version } : null
      }),
    put: async (key, value, o) => {
      const held: Held = { value, version: newVersion(), expiresAt: expiryMillis(o) }
      return storage.transaction(async (txn) => {
        if (((await heldAt(txn, key))?.version ?? null) !== o.expected) return null
        await txn.put(PREFIX + key, held)
        return held.version
      })
    },
    delete: (key, { expected }) =>
      storage.transaction(async (txn) => {
        if ((await heldAt(txn, key))?.version !== expected) return 'changed'
        await txn.delete(PREFIX + key)
        return 'deleted'
      }),
    keys: async (o) => {
      const { after, limit } = pageOf(o)
      const page = await storage.list({ prefix: PREFIX, startAfter: PREFIX + after, limit })
      return [...page.keys()].map((key) => key.slice(PREFIX.length))
    },
  }
}

async function heldAt(txn: DurableReads, key: string): Promise<Held | undefined> {
  return (await txn.get(PREFIX + key)) as Held | undefined
}
