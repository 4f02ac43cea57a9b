// The connection breaks when the server has done the write and before it has said so, under every
// driver.
import { Redis } from 'ioredis'
import mysql from 'mysql2/promise'
import pg from 'pg'
import postgres from 'postgres'
import { createClient } from 'redis'
import { describe, expect, it } from 'vitest'
import { dynamoStore } from '../../src/stores/dynamo.ts'
import { etcdStore } from '../../src/stores/etcd.ts'
import { mysqlStore } from '../../src/stores/mysql.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import type { RecordStore } from '../../src/stores/record-store.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { type Engine, isHere, makePlace, open as openPlace } from '../races/engines.ts'
import { startCuttingProxy } from './servers/cutting-proxy.ts'
import { hasPoolers, startPgbouncer } from './servers/poolers.ts'

interface Opened {
  store: RecordStore
  close(): unknown
}

interface Driver {
  name: string
  engine: Engine
  port: number
  open(url: string, name: string): Opened | Promise<Opened>
  /** The driver sends what had no answer once more; the store then recognizes its own write. */
  resends?: boolean
  /** How the value travels. */
  encode?(value: string): string
}

const drivers: readonly Driver[] = [
  {
    name: 'pg',
    engine: 'postgres',
    port: 5432,
    open(url, table) {
      const pool = new pg.Pool({ connectionString: url, max: 2 })
      pool.on('error', () => undefined)
      return { store: postgresStore(pool, { table }), close: () => pool.end() }
    },
  },
  {
    name: 'postgres.js',
    engine: 'postgres',
    port: 5432,
    open(url, table) {
      const sql = postgres(url, { max: 2 })
      return { store: postgresStore(sql, { table }), close: () => sql.end({ timeout: 1 }) }
    },
  },
  {
    name: 'mysql2',
    engine: 'mariadb',
    port: 3306,
    open(url, table) {
      const pool = mysql.createPool({ uri: url, connectionLimit: 2 })
      return { store: mysqlStore(pool, { table }), close: () => pool.end() }
    },
  },
  {
    name: 'node-redis',
    engine: 'redis',
    port: 6379,
    async open(url, name) {
      const client = createClient({ url })
      client.on('error', () => undefined)
      await client.connect()
      return { store: redisStore(client, { prefix: `${name}:` }), close: () => client.destroy() }
    },
  },
  {
    name: 'ioredis',
    engine: 'redis',
    port: 6379,
    resends: true,
    open(url, name) {
      const client = new Redis(url)
      client.on('error', () => undefined)
      return { store: redisStore(client, { prefix: `${name}:` }), close: () => client.disconnect() }
    },
  },
  {
    name: 'fetch',
    engine: 'etcd',
    port: 2379,
    open: (url, name) => ({
      store: etcdStore({ url, prefix: `${name}/` }),
      close: () => undefined,
    }),
    encode: (value) => Buffer.from(value).toString('base64'),
  },
  {
    name: 'the AWS SDK',
    engine: 'dynamo',
    port: 8000,
    resends: true,
    async open(url, table) {
      const { openDynamo } = await import('./servers/dynamo-server.ts')
      const client = openDynamo(url)
      return { store: dynamoStore(client, { table }), close: () => client.destroy() }
    },
  },
]
const engines = [...new Set(drivers.map(({ engine }) => engine))]
const present = await Promise.all(engines.map(isHere))
const here = drivers.filter(({ engine }) => present[engines.indexOf(engine)])

describe.each(here)(
  'V27: a write whose answer is lost, over $name on $engine',
  ({ engine, port, open, resends, encode }) => {
    it.each(['create', 'swap'])(
      '%s: it took place once, is never a lost swap, and only a repetition that is recognized is a success',
      async (kind) => {
        const { place, remove } = await makePlace(engine)
        const proxy = await startCuttingProxy(place.url, port)
        const { store, close } = await open(proxy.url, place.name)
        const [whole, value] = [await openPlace(place), `value of ${kind}, ${place.name}`]
        const expected =
          kind === 'create' ? null : await store.put('key', 'before', { expected: null })
        await store.get('key')

        const mark = encode ? encode(value) : value
        proxy.cutAnswerTo(mark)
        const said = await store.put('key', value, { expected }).catch(() => 'threw')
        const record = await whole.store.get('key')
        expect(record?.value).toBe(value)
        expect(said).toBe(resends ? record?.version : 'threw')
        expect(proxy.sent(mark)).toBe(resends ? 2 : 1)
        // The driver comes back by itself.
        expect(await store.put('key', 'after', { expected: record!.version })).not.toBeNull()

        await close()
        await whole.close()
        await proxy.stop()
        await remove()
      },
    )
  },
)

describe.runIf(hasPoolers() && present[0])(
  'V27: a write whose answer is lost between pgbouncer and Postgres',
  () => {
    it('is an error, and took place once', async () => {
      const { place, remove } = await makePlace('postgres')
      const proxy = await startCuttingProxy(place.url, 5432)
      const pooler = await startPgbouncer(proxy.url, 'transaction')
      const pool = new pg.Pool({ connectionString: pooler.url, max: 2 })
      pool.on('error', () => undefined)
      const store = postgresStore(pool, { table: `public.${place.name}` })
      const version = await store.put('key', 'before', { expected: null })
      proxy.cutAnswerTo('the value after')
      await expect(store.put('key', 'the value after', { expected: version })).rejects.toThrow()
      const record = await store.get('key')
      expect(record?.value).toBe('the value after')
      expect(proxy.sent('the value after')).toBe(1)
      await pool.end()
      await pooler.stop()
      await proxy.stop()
      await remove()
    })
  },
)
