import {
  expiryMillis,
  newVersion,
  pageOf,
  type RecordStore,
  type StoredRecord,
} from './record-store.ts'

/**
 * A store in the memory of this process: for tests, demonstrations and a first look. It forgets
 * everything at the end of the process and knows nothing of other processes, so a portal in
 * production needs another one. Records are never dropped, whatever their `expiresAt`.
 */
export function memoryStore(): RecordStore {
  const records = new Map<string, StoredRecord>()
  const versionOf = (key: string): string | null => records.get(key)?.version ?? null
  return {
    get: (key) => answer(() => records.get(key) ?? null),
    put: (key, value, o) =>
      answer(() => {
        expiryMillis(o)
        if (versionOf(key) !== o.expected) return null
        const version = newVersion()
        records.set(key, Object.freeze({ value, version }))
        return version
      }),
    delete: (key, { expected }) =>
      answer(() => (versionOf(key) === expected && records.delete(key) ? 'deleted' : 'changed')),
    keys: (o) =>
      answer(() => {
        const { after, limit } = pageOf(o)
        const later = [...records.keys()].filter((key) => key > after)
        return later.sort((a, b) => (a < b ? -1 : 1)).slice(0, limit)
      }),
  }
}

/**
 * What a synchronous step gives or throws, as a promise: the step itself happens at once, and
 * whole.
 */
function answer<T>(step: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(step())
  })
}
