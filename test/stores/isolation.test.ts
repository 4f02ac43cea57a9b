// Settings of a database under which a store is right, or says why it is not.
import mysql from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlStore } from '../../src/stores/mysql.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import { storeContract, type StoreUnderTest } from '../../src/testing/index.ts'
import { hasServer, randomTable, urls } from './servers/urls.ts'

const onPostgres = await hasServer('postgres')
const onMariadb = await hasServer('mariadb')
const wanted = /race|reads/

describe.runIf(onPostgres)('postgresStore', () => {
  const table = randomTable()
  const pool = new pg.Pool({ connectionString: urls.postgres, max: 4 })
  beforeAll(() => postgresStore(pool, { table }).migrate())
  afterAll(async () => {
    await pool.query(`DROP TABLE ${table}`)
    await pool.end()
  })
  const under = (options: string): pg.Pool =>
    new pg.Pool({ connectionString: urls.postgres, max: 8, options })

  describe.each(['serializable', 'repeatable read', 'read uncommitted'])(
    'with default_transaction_isolation = %s',
    (level) => {
      const strict = under(`-c default_transaction_isolation=${level.replace(' ', '\\ ')}`)
      afterAll(() => strict.end())
      const make = (): StoreUnderTest => ({
        store: postgresStore(strict, { table }),
        otherStore: postgresStore(pool, { table }),
      })
      it('is what the server says', async () => {
        const { rows } = await strict.query('SHOW default_transaction_isolation')
        expect(rows).toEqual([{ default_transaction_isolation: level }])
      })
      for (const { name, run } of storeContract(make)) if (wanted.test(name)) it(name, run)
    },
  )

  it.each([
    ['statement_timeout', '57014'],
    ['lock_timeout', '55P03'],
  ])(
    'V27: a write that ends by %s is an error, nothing is written, and the next one goes through',
    async (setting, code) => {
      const hasty = under(`-c ${setting}=100ms`)
      const store = postgresStore(hasty, { table })
      const version = await store.put(setting, 'before', { expected: null })
      const blocker = await pool.connect()
      await blocker.query('BEGIN')
      await blocker.query(`SELECT * FROM ${table} WHERE record_key = $1 FOR UPDATE`, [setting])
      await expect(store.put(setting, 'after', { expected: version })).rejects.toMatchObject({
        code,
      })
      await expect(store.delete(setting, { expected: version! })).rejects.toMatchObject({ code })
      await blocker.query('ROLLBACK')
      blocker.release()
      expect(await store.get(setting)).toEqual({ value: 'before', version })
      expect(await store.put(setting, 'after', { expected: version })).not.toBeNull()
      await hasty.end()
    },
  )
})

describe.runIf(onMariadb)('mysqlStore', () => {
  const table = randomTable()
  const pool = mysql.createPool({ uri: urls.mariadb, connectionLimit: 4 })
  beforeAll(() => mysqlStore(pool, { table }).migrate())
  afterAll(async () => {
    await pool.query(`DROP TABLE ${table}`)
    await pool.end()
  })
  /** A pool whose connections begin with a statement. */
  const under = (first: string): mysql.Pool => {
    const made = mysql.createPool({ uri: urls.mariadb, connectionLimit: 8 })
    made.pool.on('connection', (connection) => void connection.query(first))
    return made
  }

  describe.each(['SERIALIZABLE', 'REPEATABLE READ', 'READ COMMITTED'])(
    'with transaction isolation %s',
    (level) => {
      const strict = under(`SET SESSION TRANSACTION ISOLATION LEVEL ${level}`)
      afterAll(() => strict.end())
      const make = (): StoreUnderTest => ({
        store: mysqlStore(strict, { table }),
        otherStore: mysqlStore(pool, { table }),
      })
      it('is what the server says', async () => {
        const [rows] = await strict.query('SELECT @@tx_isolation AS level')
        expect(rows).toEqual([{ level: level.replace(' ', '-') }])
      })
      for (const { name, run } of storeContract(make)) if (wanted.test(name)) it(name, run)
    },
  )

  describe('with innodb_snapshot_isolation, where the server has it', () => {
    const strict = under('SET SESSION innodb_snapshot_isolation = ON')
    afterAll(() => strict.end())
    const make = (): StoreUnderTest => ({ store: mysqlStore(strict, { table }) })
    for (const { name, run } of storeContract(make)) if (name.startsWith('race')) it(name, run)
  })

  it.each([
    ['max_statement_time = 0.1', 1969],
    ['innodb_lock_wait_timeout = 1', 1205],
  ])(
    'V27: a write that ends by %s is an error, nothing is written, and the next one goes through',
    async (setting, errno) => {
      const hasty = under(`SET SESSION ${setting}`)
      const store = mysqlStore(hasty, { table })
      const key = `hasty ${errno}`
      const version = await store.put(key, 'before', { expected: null })
      const blocker = await pool.getConnection()
      await blocker.beginTransaction()
      await blocker.query(`SELECT * FROM ${table} WHERE record_key = ? FOR UPDATE`, [key])
      await expect(store.put(key, 'after', { expected: version })).rejects.toMatchObject({ errno })
      await blocker.rollback()
      blocker.release()
      expect(await store.get(key)).toEqual({ value: 'before', version })
      expect(await store.put(key, 'after', { expected: version })).not.toBeNull()
      await hasty.end()
    },
  )

  it('V27: without autocommit every read is refused, of a record and of none: what is acknowledged would be rolled back', async () => {
    await mysqlStore(pool, { table }).put('there', 'value', { expected: null })
    const lax = under('SET SESSION autocommit = 0')
    const store = mysqlStore(lax, { table })
    for (const key of ['there', 'absent']) {
      await expect(store.get(key)).rejects.toMatchObject({
        code: 'ERR_STORE',
        message: expect.stringContaining('autocommit') as unknown,
      })
    }
    await lax.end()
  })

  it('a read-only server is refused, since a replica may be behind', async () => {
    const rows = (read_only: number) =>
      ({
        execute: async () => [[{ value: 'v', version: 'w', read_only, autocommit: 1 }], []],
        getConnection: () => undefined,
      }) as never
    expect(await mysqlStore(rows(0)).get('key')).toEqual({ value: 'v', version: 'w' })
    await expect(mysqlStore(rows(1)).get('key')).rejects.toMatchObject({
      code: 'ERR_STORE',
      message: expect.stringContaining('read-only') as unknown,
    })
  })
})
