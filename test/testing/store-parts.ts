import Database from 'libsql'
import { memoryStore } from '../../src/stores/memory.ts'
import type { RecordStore } from '../../src/stores/record-store.ts'

export interface Row {
  value: string
  version: string
}
/** A memory store with parts to get wrong. */
export interface Parts {
  keyOf?: (key: string) => string
  textOf?: (value: string) => string
  nextVersion?: (value: string) => string
  matches?: (row: Row | undefined, expected: string | null) => boolean
  between?: () => Promise<unknown>
}

let count = 0
export const unique = (): string => `v${(count++).toString(36)}X`
export const tick = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 1))
export const exactly = (row: Row | undefined, expected: string | null): boolean =>
  (row?.version ?? null) === expected
export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : 1)

export function storeOf(
  { keyOf = String, textOf = String, nextVersion = unique, matches = exactly, between }: Parts,
  rows = new Map<string, Row>(),
): RecordStore {
  return {
    get: async (key) => rows.get(keyOf(key)) ?? null,
    put: async (key, value, { expected }) => {
      const matched = matches(rows.get(keyOf(key)), expected)
      await between?.()
      if (!matched) return null
      const version = nextVersion(value)
      rows.set(keyOf(key), { value: textOf(value), version })
      return version
    },
    delete: async (key, { expected }) => {
      const matched = rows.has(keyOf(key)) && matches(rows.get(keyOf(key)), expected)
      await between?.()
      if (!matched) return 'changed'
      rows.delete(keyOf(key))
      return 'deleted'
    },
    keys: async ({ after = '', limit = 1000 } = {}) =>
      [...rows.keys()]
        .filter((key) => key > after)
        .sort(byCodeUnit)
        .slice(0, limit),
  }
}

/**
 * Reads and writes of one SQLite handle as they come: nothing keeps them out of a transaction that
 * is open on it.
 */
export function joiningStore(db: Database.Database): RecordStore {
  const all = (sql: string, ...values: (string | number)[]): unknown[] =>
    db.prepare(sql).all(...values)
  return {
    get: async (key) =>
      (all('SELECT value, version FROM t WHERE k = ?', key)[0] as Row | undefined) ?? null,
    put: async (key, value, { expected }) => {
      const version = unique()
      const rows =
        expected === null
          ? all(
              'INSERT INTO t VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1',
              key,
              value,
              version,
            )
          : all(
              'UPDATE t SET value = ?, version = ? WHERE k = ? AND version = ? RETURNING 1',
              value,
              version,
              key,
              expected,
            )
      return rows.length === 1 ? version : null
    },
    delete: async (key, { expected }) =>
      all('DELETE FROM t WHERE k = ? AND version = ? RETURNING 1', key, expected).length
        ? 'deleted'
        : 'changed',
    keys: async () => [],
  }
}

/** A second connection whose reads come from a copy that follows some writes behind. */
export function withReplica(): { store: RecordStore; otherStore: RecordStore } {
  const store = memoryStore()
  const copies = new Map<string, ReturnType<RecordStore['get']>[]>()
  const replicated = async (key: string): Promise<void> =>
    void copies.set(key, [...(copies.get(key) ?? []), store.get(key)])
  const put: RecordStore['put'] = async (key, value, o) => {
    const version = await store.put(key, value, o)
    await replicated(key)
    return version
  }
  const primary = { ...store, put }
  return {
    store: primary,
    otherStore: { ...primary, get: async (key) => copies.get(key)?.at(-2) ?? null },
  }
}

export function cachedReads(): RecordStore {
  const store = memoryStore()
  const cache = new Map<string, ReturnType<RecordStore['get']>>()
  return {
    ...store,
    get: (key) => {
      const hit = cache.get(key) ?? store.get(key)
      cache.set(key, hit)
      return hit
    },
  }
}

export function expiring(o: { clearsExpiry: boolean; hides: boolean }): RecordStore {
  const store = memoryStore()
  const deadlines = new Map<string, number>()
  const dead = (key: string): boolean => (deadlines.get(key) ?? Infinity) < Date.now()
  return {
    ...store,
    get: async (key) => (dead(key) ? null : store.get(key)),
    put: async (key, value, options) => {
      if (dead(key) && !o.hides) {
        const row = await store.get(key)
        if (row) await store.delete(key, { expected: row.version })
      }
      if (options.expiresAt) deadlines.set(key, options.expiresAt.getTime())
      else if (o.clearsExpiry) deadlines.delete(key)
      return store.put(key, value, options)
    },
  }
}

export function listing(sort: (keys: string[]) => string[], restarts = false): RecordStore {
  const store = memoryStore()
  const keys: RecordStore['keys'] = async ({ after = '', limit = 1000 } = {}) => {
    const all = sort([...(await store.keys({ limit: 10_000 }))])
    return all.filter((key) => restarts || key > after).slice(0, limit)
  }
  return { ...store, keys }
}
