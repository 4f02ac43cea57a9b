import { createHash } from 'node:crypto'
import Database from 'libsql'
import type { RecordStore } from '../../src/stores/record-store.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { MakeStore } from '../../src/testing/index.ts'
import {
  byCodeUnit,
  cachedReads,
  exactly,
  expiring,
  joiningStore,
  listing,
  type Row,
  storeOf,
  tick,
  unique,
  withReplica,
} from './store-parts.ts'

/**
 * Adapters as they are written in a hurry. Each maps the rules that must fail it to the words that
 * its author reads.
 */
export interface BrokenStore {
  make: MakeStore
  fails: Readonly<Record<string, RegExp>>
}

const ONE_OF_50 = /of 50 parallel puts .* exactly one must/

export const brokenStores: Readonly<Record<string, BrokenStore>> = {
  'checks, then writes': {
    make: () => storeOf({ between: tick }),
    fails: {
      'race: 50 creates of one key, one winner': ONE_OF_50,
      'race: 50 puts with one expected version, one winner (V2, V6)': ONE_OF_50,
      'race: 50 deletes of one record, one winner': /parallel deletes .* exactly one must/,
      'race: swaps against deletes and creates, one winner': /one atomic step/,
      'race: no update is lost': /50 acknowledged increments left a count of/,
    },
  },
  'creates over a record': {
    make: () =>
      storeOf({ matches: (row, expected) => expected === null || exactly(row, expected) }),
    fails: {
      'create: only where there is no record': /expected null overwrote/,
      'expiry: a record is an ordinary one until it is dropped': /overwrote/,
    },
  },
  'ignores the version': {
    make: () => storeOf({ matches: (row, expected) => (expected === null ? !row : !!row) }),
    fails: {
      'swap: only at the expected version': /outdated version was accepted/,
      'delete: only at the expected version': /outdated version returned deleted/,
    },
  },
  'upserts a swap': {
    make: () => storeOf({ matches: (row, expected) => !row || exactly(row, expected) }),
    fails: { 'swap: never creates': /an upsert is not a swap/ },
  },
  'numbers versions from one, anew after a delete': {
    make: () => {
      const rows = new Map<string, Row>()
      const store = storeOf({}, rows)
      const put: RecordStore['put'] = async (key, value, o) => {
        const row = rows.get(key)
        if ((row?.version ?? null) !== o.expected) return null
        const version = `${Number(row?.version ?? 0) + 1}`
        rows.set(key, { value, version })
        return version
      }
      return { ...store, put }
    },
    fails: {
      'versions: never used again, not even after delete and re-create (ABA)':
        /used twice for one key/,
    },
  },
  'takes a hash of the value for the version': {
    make: () =>
      storeOf({
        nextVersion: (value) => createHash('sha256').update(value).digest('hex').slice(0, 32),
      }),
    fails: {
      'versions: never used again, not even after delete and re-create (ABA)':
        /hash of the value .* not enough/,
    },
  },
  'compares versions in any case': {
    make: () =>
      storeOf({
        matches: (row, expected) => row?.version.toLowerCase() === expected?.toLowerCase(),
      }),
    fails: { 'versions: compared byte by byte': /version column compare bytes/ },
  },
  'compares keys in any case': {
    make: () => storeOf({ keyOf: (key) => key.toLowerCase() }),
    fails: { 'keys: compared byte by byte': /another key was taken for it/ },
  },
  'pads keys, as SQL does for CHAR': {
    make: () => storeOf({ keyOf: (key) => key.trimEnd() }),
    fails: { 'keys: compared byte by byte': /another key was taken for it/ },
  },
  'cuts keys at 255 characters': {
    make: () => storeOf({ keyOf: (key) => key.slice(0, 255) }),
    fails: { 'keys: quotes, colons, percent signs, patterns, 512 characters': /512 characters/ },
  },
  'cuts values at 16 kB': {
    make: () => storeOf({ textOf: (value) => value.slice(0, 16_384) }),
    fails: {
      'values: up to 64,000 bytes and any unicode, byte for byte':
        /16384 characters instead of 64000/,
    },
  },
  'normalizes unicode': {
    make: () => storeOf({ textOf: (value) => value.normalize('NFC') }),
    fails: {
      'values: up to 64,000 bytes and any unicode, byte for byte':
        /another value for a value of unicode/,
    },
  },
  'answers any key with the last record': {
    make: () => storeOf({ keyOf: () => 'one' }),
    fails: {
      'get: no record is null': /never put/,
      'race: different keys do not disturb each other': /different keys at the same time/,
    },
  },
  'acknowledges and does not save (V27)': {
    make: () => ({ ...memoryStore(), put: async () => unique() }),
    fails: { 'create: only where there is no record': /get returned null after a create/ },
  },
  'lists keys in the order of a language': {
    make: () => ({
      ...memoryStore(),
      ...listing((keys) => keys.sort((a, b) => a.localeCompare(b))),
    }),
    fails: { 'keys(): byte order, pages, each key once': /byte order/ },
  },
  'lists from the start again': {
    make: () => ({ ...memoryStore(), ...listing((keys) => keys.sort(byCodeUnit), true) }),
    fails: {
      'keys(): after need not be a key itself, and nothing follows the last': /greater than after/,
    },
  },
  'reads through a cache': {
    make: cachedReads,
    fails: {
      'reads: the latest acknowledged write, on every connection':
        /older record than the last put.*without a cache/,
    },
  },
  'reads from a replica': {
    make: withReplica,
    fails: {
      'reads: the latest acknowledged write, on every connection': /older record than the last put/,
      'reads: never behind what was acknowledged before they began': /Read from the primary/,
    },
  },
  'hides what has expired, and trips over it': {
    make: () => expiring({ hides: true, clearsExpiry: true }),
    fails: {
      'expiry: a record past its expiresAt is there or gone, never half':
        /must not hide what put still finds/,
    },
  },
  'keeps an expiry that was taken back': {
    make: () => expiring({ hides: false, clearsExpiry: false }),
    fails: { 'expiry: a put without expiresAt takes an earlier one back': /no second factor/ },
  },
  'joins the transaction of the caller': {
    make: () => {
      const db = new Database(':memory:')
      db.exec('CREATE TABLE t (k TEXT PRIMARY KEY, value TEXT, version TEXT)')
      const rollback = async (work: () => Promise<void>): Promise<void> => {
        db.exec('BEGIN')
        await work()
        db.exec('ROLLBACK')
      }
      return { store: joiningStore(db), rollback, close: () => db.close() }
    },
    fails: {
      'V3: roll back the request, the counter still moved [needs rollback]':
        /the rollback took the write back/,
    },
  },
  'reads in the snapshot of the caller': {
    make: () => {
      const store = memoryStore()
      const seen = new Map<string, ReturnType<RecordStore['get']>>()
      let open = false
      const get: RecordStore['get'] = (key) => {
        if (!open) return store.get(key)
        seen.set(key, seen.get(key) ?? store.get(key))
        return seen.get(key)!
      }
      const rollback = async (work: () => Promise<void>): Promise<void> => {
        open = true
        await work()
        open = false
      }
      return { store: { ...store, get }, otherStore: store, rollback }
    },
    fails: {
      "reads: no snapshot of the caller's transaction [needs rollback]":
        /as it was when that began/,
    },
  },
  'turns an engine error into an answer': {
    make: () => ({
      store: memoryStore(),
      brokenStore: { ...memoryStore(), put: async () => null },
    }),
    fails: {
      'errors: an engine error is thrown, never returned [needs brokenStore]':
        /it must throw. Never catch/,
    },
  },
  'answers undefined for no record': {
    make: () => ({ ...memoryStore(), get: async () => undefined as never }),
    fails: { 'get: no record is null': /null for no record.*not undefined/ },
  },
  'answers with numbers for versions': {
    make: () => ({ ...memoryStore(), put: async () => 1 as never }),
    fails: { 'create: only where there is no record': /version as a string/ },
  },
  'throws where the swap is lost': {
    make: () => {
      const store = memoryStore()
      const put: RecordStore['put'] = async (...args) => {
        const version = await store.put(...args)
        if (version === null) throw new Error('unique constraint')
        return version
      }
      return { ...store, put }
    },
    fails: {
      'create: only where there is no record': /put threw where the contract wants an answer/,
    },
  },
}
