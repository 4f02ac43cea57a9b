// postgresStore and mysqlStore behind poolers and proxies: connections are shared, and settings of
// others may be left on them.
import mysql from 'mysql2/promise'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlStore } from '../../src/stores/mysql.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import { storeContract, type StoreUnderTest } from '../../src/testing/index.ts'
import { hasPoolers, type Pooler, startHaproxy, startPgbouncer } from './servers/poolers.ts'
import { hasServer, randomTable, urls } from './servers/urls.ts'

const here = hasPoolers()
const onPostgres = here && (await hasServer('postgres'))
const onMariadb = here && (await hasServer('mariadb'))

describe.runIf(onPostgres)(
  'postgresStore behind pgbouncer in transaction mode: 3 connections for everybody',
  () => {
    const table = `public.${randomTable()}`
    const direct = new pg.Pool({ connectionString: urls.postgres, max: 4 })
    let pooler: Pooler
    let pool: pg.Pool
    beforeAll(async () => {
      pooler = await startPgbouncer(urls.postgres, 'transaction')
      pool = new pg.Pool({ connectionString: pooler.url, max: 8 })
      pool.on('error', () => undefined)
      await postgresStore(pool, { table }).migrate()
    })
    afterAll(async () => {
      await direct.query(`DROP TABLE ${table}`)
      await Promise.all([pool.end(), direct.end()])
      await pooler.stop()
    })

    describe('pg, its second connection past the pooler', () => {
      const make = (): StoreUnderTest => ({
        store: postgresStore(pool, { table }),
        otherStore: postgresStore(direct, { table }),
        brokenStore: postgresStore(pool, { table: 'no_such_table' }),
        rollback: async (work) => {
          const client = await pool.connect()
          await client.query('BEGIN')
          await client.query(`SELECT count(*) FROM ${table}`)
          await work()
          await client.query('ROLLBACK')
          client.release()
        },
      })
      for (const { name, run } of storeContract(make)) it(name, run)
    })

    describe.each([true, false])('postgres.js with prepare: %s', (prepare) => {
      let sql: postgres.Sql
      beforeAll(() => void (sql = postgres(pooler.url, { max: 8, prepare })))
      afterAll(() => sql.end())
      const make = (): StoreUnderTest => ({
        store: postgresStore(sql, { table }),
        otherStore: postgresStore(pool, { table }),
        brokenStore: postgresStore(sql, { table: 'no_such_table' }),
      })
      for (const { name, run } of storeContract(make)) it(name, run)
    })

    it("statements that the portal prepares under one name collide with each other, and never with keystep's", async () => {
      const store = postgresStore(pool, { table })
      const clients = await Promise.all(Array.from({ length: 6 }, () => pool.connect()))
      const named = clients.map((client, i) =>
        client.query({ name: 'same', text: `SELECT ${i}::int AS i` }).catch(() => 'collided'),
      )
      const puts = Array.from({ length: 20 }, (_, i) =>
        store.put(`named ${i}`, 'value', { expected: null }),
      )
      const told = await Promise.all(named)
      for (const client of clients) client.release(true)
      const versions = await Promise.all(puts)
      expect(told).toContain('collided')
      for (const [i, version] of versions.entries())
        expect(await store.get(`named ${i}`)).toEqual({ value: 'value', version })
    })

    it("a search_path that others leave on a shared connection leads nowhere else, since the table's schema is named", async () => {
      const narrow = await startPgbouncer(urls.postgres, 'transaction', 'default_pool_size = 1')
      const shared = new pg.Pool({ connectionString: narrow.url, max: 2 })
      const [schema, name] = [randomTable(), table.split('.')[1]!]
      await direct.query(
        `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.${name} (LIKE ${table} INCLUDING ALL)`,
      )
      await postgresStore(direct, { table: `${schema}.${name}` }).put('key', 'of another tenant', {
        expected: null,
      })
      await shared.query(`SET search_path = ${schema}`)
      expect((await postgresStore(shared, { table: name }).get('key'))?.value).toBe(
        'of another tenant',
      )
      expect(await postgresStore(shared, { table }).get('key')).toBeNull()
      await shared.end()
      await narrow.stop()
      await direct.query(`DROP SCHEMA ${schema} CASCADE`)
    })

    it.each(['serializable', 'repeatable read'])(
      'others leave the isolation %s on every connection: races and reads are right',
      async (level) => {
        const strict = await startPgbouncer(
          urls.postgres,
          'transaction',
          `server_reset_query = SET default_transaction_isolation = '${level}'`,
          'server_reset_query_always = 1',
        )
        const shared = new pg.Pool({ connectionString: strict.url, max: 8 })
        shared.on('error', () => undefined)
        // A reset comes after the first use of a connection.
        await Promise.all(Array.from({ length: 8 }, () => shared.query('SELECT pg_sleep(0.05)')))
        const { rows } = await shared.query<{ default_transaction_isolation: string }>(
          'SHOW default_transaction_isolation',
        )
        expect(rows[0]!.default_transaction_isolation).toBe(level)
        const make = (): StoreUnderTest => ({
          store: postgresStore(shared, { table }),
          otherStore: postgresStore(pool, { table }),
        })
        for (const { name, run } of storeContract(make)) if (/race|reads/.test(name)) await run()
        await shared.end()
        await strict.stop()
      },
    )

    it('a read-only setting that others leave is an error, never a lost swap', async () => {
      const narrow = await startPgbouncer(urls.postgres, 'transaction', 'default_pool_size = 1')
      const shared = new pg.Pool({ connectionString: narrow.url, max: 2 })
      await shared.query('SET default_transaction_read_only = on')
      await expect(
        postgresStore(shared, { table }).put('read-only', 'value', { expected: null }),
      ).rejects.toMatchObject({ code: '25006' })
      await shared.end()
      await narrow.stop()
    })
  },
)

describe.runIf(onPostgres)('postgresStore behind pgbouncer in statement mode', () => {
  const table = `public.${randomTable()}`
  let pooler: Pooler
  let pool: pg.Pool
  beforeAll(async () => {
    pooler = await startPgbouncer(urls.postgres, 'statement')
    pool = new pg.Pool({ connectionString: pooler.url, max: 8 })
    await postgresStore(pool, { table }).migrate()
  })
  afterAll(async () => {
    await pool.query(`DROP TABLE ${table}`)
    await pool.end()
    await pooler.stop()
  })
  for (const { name, run } of storeContract(() => postgresStore(pool, { table }))) it(name, run)
})

describe.runIf(onPostgres)('postgresStore through haproxy', () => {
  const table = `public.${randomTable()}`
  let proxy: Pooler
  let pool: pg.Pool
  beforeAll(async () => {
    proxy = await startHaproxy(urls.postgres, 5432)
    pool = new pg.Pool({ connectionString: proxy.url, max: 8 })
    pool.on('error', () => undefined)
    await postgresStore(pool, { table }).migrate()
  })
  afterAll(async () => {
    await pool.query(`DROP TABLE ${table}`)
    await pool.end()
    await proxy.stop()
  })
  const make = (): StoreUnderTest => ({
    store: postgresStore(pool, { table }),
    brokenStore: postgresStore(pool, { table: 'no_such_table' }),
    rollback: async (work) => {
      const client = await pool.connect()
      await client.query('BEGIN')
      await work()
      await client.query('ROLLBACK')
      client.release()
    },
  })
  for (const { name, run } of storeContract(make)) it(name, run)
})

describe.runIf(onMariadb)('mysqlStore through haproxy', () => {
  const table = randomTable()
  let proxy: Pooler
  let pool: mysql.Pool
  beforeAll(async () => {
    proxy = await startHaproxy(urls.mariadb, 3306)
    pool = mysql.createPool({ uri: proxy.url, connectionLimit: 8 })
    await mysqlStore(pool, { table }).migrate()
  })
  afterAll(async () => {
    await pool.query(`DROP TABLE ${table}`)
    await pool.end()
    await proxy.stop()
  })
  const make = (): StoreUnderTest => ({
    store: mysqlStore(pool, { table }),
    brokenStore: mysqlStore(pool, { table: 'no_such_table' }),
    rollback: async (work) => {
      const client = await pool.getConnection()
      await client.beginTransaction()
      await work()
      await client.rollback()
      client.release()
    },
  })
  for (const { name, run } of storeContract(make)) it(name, run)
})
