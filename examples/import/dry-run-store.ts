import type { RecordStore, StoredRecord } from 'keystep/stores'
import { memoryStore } from 'keystep/stores/memory'

/**
 * Reads through to the real store, and keeps every write to itself: what an import would do is
 * found out by doing it.
 */
export function dryRunStore(real: RecordStore): RecordStore {
  const written = memoryStore()
  const read = async (key: string): Promise<StoredRecord | null> =>
    (await written.get(key)) ?? real.get(key)
  return {
    get: read,
    put: async (key, value, o) => {
      const own = await written.get(key)
      if (!own && ((await real.get(key))?.version ?? null) !== o.expected) return null
      return written.put(key, value, { ...o, expected: own ? o.expected : null })
    },
    delete: () => Promise.reject(new Error('an import deletes nothing')),
    keys: () => Promise.reject(new Error('an import lists nothing')),
  }
}
