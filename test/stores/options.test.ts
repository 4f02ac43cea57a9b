import { describe, expect, it } from 'vitest'
import { d1Store } from '../../src/stores/d1.ts'
import { denoKvStore } from '../../src/stores/deno-kv.ts'
import { dynamoStore } from '../../src/stores/dynamo.ts'
import { etcdStore } from '../../src/stores/etcd.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { mysqlStore } from '../../src/stores/mysql.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'

const untouched = (): never => {
  throw new Error('the handle was used')
}
const handle = {
  exec: untouched,
  prepare: untouched,
  query: untouched,
  execute: untouched,
  getConnection: untouched,
  eval: untouched,
  call: untouched,
  get: untouched,
  put: untouched,
  delete: untouched,
} as never
const byTable = { sqliteStore, postgresStore, mysqlStore, d1Store } as Record<
  string,
  (handle: never, o: { table: never }) => unknown
>

const HOSTILE = [
  '',
  ' ',
  'a b',
  'a-b',
  'a;b',
  'users; DROP TABLE users',
  'a"b',
  'a`b',
  "a'b",
  'a\\b',
  'a\0b',
  'a.b.c',
  '.a',
  'a.',
  '.',
  '1a',
  'é',
  'a\n',
  'a'.repeat(64),
  'keystep_records--',
  '"keystep"',
  null,
  5,
  {},
  [],
  ['a'],
  { toString: () => 'a' },
]

describe('options of stores, checked before the handle is touched', () => {
  for (const [name, make] of Object.entries(byTable)) {
    it(`${name}: a table name cannot carry SQL`, () => {
      for (const table of HOSTILE)
        expect(() => make(handle, { table: table as never }), JSON.stringify(table)).toThrow(
          expect.objectContaining({ code: 'ERR_OPTION' }),
        )
      for (const table of [
        undefined,
        'a',
        '_a',
        'A1',
        'two_factor',
        'portal.two_factor',
        'a'.repeat(63),
      ])
        make(handle, { table: table as never })
    })
  }

  it('redisStore: a prefix cannot carry a pattern', () => {
    for (const prefix of [
      '',
      'a*',
      'a?',
      '[a]',
      'a b',
      'a\\',
      'é',
      'a\n',
      'a'.repeat(65),
      null,
      5,
      ['a'],
    ]) {
      expect(() => redisStore(handle, { prefix: prefix as never }), JSON.stringify(prefix)).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION' }),
      )
    }
    for (const prefix of [undefined, 'a', 'portal:{2fa}:', 'a.b-c_d'])
      redisStore(handle, { prefix })
  })

  it('denoKvStore: a prefix is a list of texts', () => {
    for (const prefix of [[], [''], ['a', ''], 'keystep', null, [5], [null]]) {
      expect(
        () => denoKvStore(handle, { prefix: prefix as never }),
        JSON.stringify(prefix),
      ).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }))
    }
  })

  it('keys(): a limit is an integer from 1 to 10,000, and a put takes a valid date', async () => {
    const stores = [
      memoryStore(),
      sqliteStore(handle),
      postgresStore(handle),
      mysqlStore(handle),
      redisStore(handle),
      d1Store(handle),
      denoKvStore(handle),
      dynamoStore(handle),
      etcdStore({ url: 'http://127.0.0.1:9', fetch: untouched }),
    ]
    for (const store of stores) {
      for (const limit of [0, -1, 1.5, NaN, Infinity, 10_001, '5', '1; DROP TABLE users', null]) {
        await expect(store.keys({ limit: limit as never })).rejects.toMatchObject({
          code: 'ERR_OPTION',
        })
      }
      await expect(
        store.put('key', 'value', { expected: null, expiresAt: new Date(NaN) }),
      ).rejects.toMatchObject({ code: 'ERR_OPTION' })
    }
  })
})
