import { KeystepError } from '../errors.ts'
import type { RecordStore, StoredRecord } from '../stores/record-store.ts'

/** Runs a store's method; whatever it throws is an outage, never a verdict. */
export async function fromStore<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (cause) {
    throw new KeystepError('ERR_STORE', 'the store failed', { cause })
  }
}

/**
 * Reads a record. Only a plain null is "no record": an answer that a store should not give must not
 * read as "no second factor" (V27).
 */
export async function readStored(store: RecordStore, key: string): Promise<StoredRecord | null> {
  const found: unknown = await fromStore(() => store.get(key))
  if (found === null) return null
  const { value, version } = (typeof found === 'object' ? found : {}) as Partial<StoredRecord>
  if (typeof value === 'string' && typeof version === 'string') return { value, version }
  throw new KeystepError('ERR_STORE', 'the store answered get with neither a record nor null')
}

/**
 * Writes a record where it still is as expected. Only a version is "written": an answer that a
 * store should not give opens nothing (V27).
 */
export async function writeStored(
  store: RecordStore,
  key: string,
  value: string,
  options: Parameters<RecordStore['put']>[2],
): Promise<boolean> {
  const version: unknown = await fromStore(() => store.put(key, value, options))
  if (version === null) return false
  if (typeof version === 'string') return true
  throw new KeystepError('ERR_STORE', 'the store answered put with neither a version nor null')
}
