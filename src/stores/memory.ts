import { newVersion, pageOf, type RecordStore, type StoredRecord } from './record-store.ts'

/**
 * A store in the memory of this process: for tests, demonstrations and a first look. It forgets everything at the end of the process and
 * knows nothing of other processes, so a portal in production needs another one. Records are never dropped, whatever their `expiresAt`.
 */
export function memoryStore(): RecordStore {
  const records = new Map<string, StoredRecord>()
  const versionOf = (key: string): string | null => records.get(key)?.version ?? null
  return {
    get: (key) => Promise.resolve(records.get(key) ?? null),
    put: (key, value, { expected }) => {
      if (versionOf(key) !== expected) return Promise.resolve(null)
      const version = newVersion()
      records.set(key, Object.freeze({ value, version }))
      return Promise.resolve(version)
    },
    delete: (key, { expected }) => {
      if (versionOf(key) !== expected) return Promise.resolve('changed')
      records.delete(key)
      return Promise.resolve('deleted')
    },
    keys: (o) => {
      const { after, limit } = pageOf(o)
      const later = [...records.keys()].filter((key) => key > after)
      return Promise.resolve(later.sort((a, b) => (a < b ? -1 : 1)).slice(0, limit))
    },
  }
}
