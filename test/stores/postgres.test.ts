import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresStore } from '../../src/stores/postgres.ts'
import { storeContract, type StoreUnderTest } from '../../src/testing/index.ts'
import { hasServer, randomTable, urls } from './servers/urls.ts'

const server = await hasServer('postgres', 'PGlite stands in')

describe.runIf(server)('postgresStore on a Postgres server', () => {
  const table = randomTable()
  const pool = new pg.Pool({ connectionString: urls.postgres, max: 8 })
  const sql = postgres(urls.postgres, { max: 4 })
  beforeAll(() => postgresStore(pool, { table }).migrate())
  afterAll(async () => {
    await pool.query(`DROP TABLE ${table}`)
    await Promise.all([pool.end(), sql.end()])
  })

  const inRolledBack = async (work: () => Promise<void>): Promise<void> => {
    const client = await pool.connect()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await client.query(`SELECT count(*) FROM ${table}`)
    await work()
    await client.query('ROLLBACK')
    client.release()
  }

  describe('pg Pool, second connection postgres.js', () => {
    const make = (): StoreUnderTest => ({
      store: postgresStore(pool, { table }),
      otherStore: postgresStore(sql, { table }),
      brokenStore: postgresStore(pool, { table: 'no_such_table' }),
      rollback: inRolledBack,
    })
    for (const { name, run } of storeContract(make)) it(name, run)
  })

  describe('postgres.js, in its own begin()', () => {
    const make = (): StoreUnderTest => ({
      store: postgresStore(sql, { table }),
      otherStore: postgresStore(pool, { table: `public.${table}` }),
      brokenStore: postgresStore(sql, { table: 'no_such_table' }),
      rollback: async (work) => {
        const rolledBack = new Error('rolled back')
        await sql
          .begin(async () => {
            await work()
            throw rolledBack
          })
          .catch((error: unknown) => expect(error).toBe(rolledBack))
      },
    })
    for (const { name, run } of storeContract(make)) it(name, run)
  })

  describe('pg Client, itself inside the transaction', () => {
    const make = async (): Promise<StoreUnderTest> => {
      const client = new pg.Client({ connectionString: urls.postgres })
      await client.connect()
      return {
        store: postgresStore(client, { table }),
        otherStore: postgresStore(pool, { table }),
        brokenStore: postgresStore(client, { table: 'no_such_table' }),
        rollback: async (work) => {
          await client.query('BEGIN')
          await work()
          await client.query('ROLLBACK')
        },
        close: () => client.end(),
      }
    }
    for (const { name, run } of storeContract(make)) it(name, run)

    it('V3: a put that is queued behind a BEGIN throws', async () => {
      const client = new pg.Client({ connectionString: urls.postgres })
      await client.connect()
      const begun = client.query('BEGIN')
      const put = postgresStore(client, { table }).put('queued', 'value', { expected: null })
      await expect(put).rejects.toMatchObject({ code: 'ERR_STORE' })
      await begun
      await client.query('ROLLBACK')
      expect(await postgresStore(pool, { table }).get('queued')).toBeNull()
      await client.end()
    })
  })

  describe('pg Pool in a database that is serializable by default', () => {
    const strict = new pg.Pool({
      connectionString: urls.postgres,
      max: 8,
      options: '-c default_transaction_isolation=serializable',
    })
    afterAll(() => strict.end())
    const make = (): StoreUnderTest => ({
      store: postgresStore(strict, { table }),
      otherStore: postgresStore(pool, { table }),
    })
    for (const { name, run } of storeContract(make).filter(({ name }) => /race|reads/.test(name)))
      it(name, run)
  })

  it.each(['camel', 'pascal', 'kebab'] as const)(
    'postgres.js that renames columns: postgres.%s',
    async (style) => {
      const renaming = postgres(urls.postgres, { max: 1, transform: postgres[style] })
      const store = postgresStore(renaming, { table })
      const version = (await store.put(style, 'value', { expected: null }))!
      expect(await store.get(style)).toEqual({ value: 'value', version })
      expect(await store.get('absent')).toBeNull()
      expect(await store.keys({ after: style.slice(0, -1), limit: 1 })).toEqual([style])
      expect(await store.delete(style, { expected: version })).toBe('deleted')
      await renaming.end()
    },
  )

  it('migrate(): 16 connections at once, and again, and records stay', async () => {
    const fresh = randomTable()
    const clients = Array.from(
      { length: 16 },
      () => new pg.Client({ connectionString: urls.postgres }),
    )
    await Promise.all(clients.map((client) => client.connect()))
    await Promise.all(clients.map((client) => postgresStore(client, { table: fresh }).migrate()))
    const store = postgresStore(pool, { table: fresh })
    const version = await store.put('key', 'value', { expected: null })
    await store.migrate()
    expect(await store.get('key')).toEqual({ value: 'value', version })
    await pool.query(`DROP TABLE ${fresh}`)
    await Promise.all(clients.map((client) => client.end()))
  })

  it('keys are read by the primary key, whatever the collation of the database', async () => {
    const { rows } = await pool.query(
      `EXPLAIN SELECT record_key FROM ${table} WHERE record_key > 'a' ORDER BY record_key LIMIT 10`,
    )
    const { rows: columns } = await pool.query(
      `SELECT collation_name FROM information_schema.columns WHERE table_name = $1 AND column_name = 'record_key'`,
      [table],
    )
    expect(columns).toEqual([{ collation_name: 'C' }])
    expect(JSON.stringify(rows)).not.toContain('Sort')
  })

  it('V27: a value that Postgres cannot hold is refused with an error, never cut', async () => {
    const store = postgresStore(pool, { table })
    await expect(store.put('nul', 'a\0b', { expected: null })).rejects.toThrow()
    expect(await store.get('nul')).toBeNull()
  })
})

describe('postgresStore on PGlite', () => {
  let db: PGlite
  beforeAll(async () => {
    db = await PGlite.create()
    await postgresStore(db).migrate()
  })
  afterAll(() => db.close())
  const make = (): StoreUnderTest => ({
    store: postgresStore(db),
    brokenStore: postgresStore(db, { table: 'no_such_table' }),
    // PGlite has one connection: what is asked of it during a transaction waits until that has
    // ended.
    rollback: async (work) => {
      let waiting: Promise<void> | undefined
      await db.transaction(async (tx) => {
        waiting = work()
        await tx.rollback()
      })
      await waiting
    },
  })
  for (const { name, run } of storeContract(make)) it(name, run)
})

describe('postgresStore refuses', () => {
  const rows = (replica: boolean) => ({
    query: () => Promise.resolve({ rows: [{ replica, value: 'v', version: 'w' }] }),
  })

  it('a replica, whose reads may be old', async () => {
    expect(await postgresStore(rows(false)).get('key')).toEqual({ value: 'v', version: 'w' })
    await expect(postgresStore(rows(true)).get('key')).rejects.toMatchObject({ code: 'ERR_STORE' })
  })

  it('V3: the handle of a transaction', async () => {
    expect(() => postgresStore({ ...rows(false), rollback: () => undefined } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION' }),
    )
    expect(() =>
      postgresStore({ unsafe: () => Promise.resolve([]), savepoint: () => undefined } as never),
    ).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }))
    const inTransaction = { ...rows(false), getTransactionStatus: () => 'T' }
    await expect(
      postgresStore(inTransaction).put('key', 'value', { expected: null }),
    ).rejects.toMatchObject({ code: 'ERR_STORE' })
  })

  it('V3: a connection that cannot tell whether it is inside a transaction', async () => {
    const refused: unknown = expect.objectContaining({ code: 'ERR_OPTION' })
    // pg before 8.21 has no getTransactionStatus.
    const before821 = (client: object) =>
      Object.assign(client, { getTransactionStatus: undefined }) as unknown as pg.Client
    expect(() => postgresStore(before821(new pg.Client()))).toThrow(refused)
    expect(() => postgresStore(new pg.Client({ pipeline: true }))).toThrow(refused)
    expect(() => postgresStore({ ...rows(false), release: () => undefined } as never)).toThrow(
      refused,
    )
    if (!server) return

    const pool = new pg.Pool({ connectionString: urls.postgres })
    const pooled = await pool.connect()
    postgresStore(pooled)
    expect(() => postgresStore(before821(pooled))).toThrow(refused)
    pooled.release()

    const sql = postgres(urls.postgres)
    const reserved = await sql.reserve()
    expect(() => postgresStore(reserved)).toThrow(refused)
    reserved.release()
    await Promise.all([pool.end(), sql.end()])
  })
})
