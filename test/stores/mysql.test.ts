import { createPool } from 'mysql2'
import mysql from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysqlStore } from '../../src/stores/mysql.ts'
import { storeContract, type StoreUnderTest } from '../../src/testing/index.ts'
import { hasServer, randomTable, urls } from './servers/urls.ts'

const server = await hasServer('mariadb')

describe.runIf(server)('mysqlStore on a MariaDB server', () => {
  const table = randomTable()
  const pool = mysql.createPool({ uri: urls.mariadb, connectionLimit: 8 })
  const changedRows = mysql.createPool({
    uri: urls.mariadb,
    connectionLimit: 4,
    flags: ['-FOUND_ROWS'],
  })
  beforeAll(() => mysqlStore(pool, { table }).migrate())
  afterAll(async () => {
    await pool.query(`DROP TABLE ${table}`)
    await Promise.all([pool.end(), changedRows.end()])
  })

  const inRolledBack =
    (from: mysql.Pool) =>
    async (work: () => Promise<void>): Promise<void> => {
      const connection = await from.getConnection()
      await connection.beginTransaction()
      await connection.query(`SELECT count(*) FROM ${table}`)
      await work()
      await connection.rollback()
      connection.release()
    }
  const make = (one: mysql.Pool, two: mysql.Pool) => (): StoreUnderTest => ({
    store: mysqlStore(one, { table }),
    otherStore: mysqlStore(two, { table: `test.${table}` }),
    brokenStore: mysqlStore(one, { table: 'no_such_table' }),
    rollback: inRolledBack(one),
  })

  describe('a pool that counts matched rows (the default)', () => {
    for (const { name, run } of storeContract(make(pool, changedRows))) it(name, run)
  })
  describe('a pool that counts changed rows', () => {
    for (const { name, run } of storeContract(make(changedRows, pool))) it(name, run)
  })

  it('migrate(): 16 connections at once, and again, and records stay', async () => {
    const fresh = randomTable()
    const wide = mysql.createPool({ uri: urls.mariadb, connectionLimit: 16 })
    const store = mysqlStore(wide, { table: fresh })
    await Promise.all(Array.from({ length: 16 }, () => store.migrate()))
    const version = await store.put('key', 'value', { expected: null })
    await store.migrate()
    expect(await store.get('key')).toEqual({ value: 'value', version })
    await wide.query(`DROP TABLE ${fresh}`)
    await wide.end()
  })

  it('V27: a key or value that the columns cannot hold is refused with an error, never cut', async () => {
    const store = mysqlStore(pool, { table })
    await expect(store.put('x'.repeat(513), 'value', { expected: null })).rejects.toThrow()
    expect(await store.get('x'.repeat(512))).toBeNull()
  })

  it('V3: a single connection is refused, which may be inside of a transaction', async () => {
    const connection = await pool.getConnection()
    expect(() => mysqlStore(connection as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION' }),
    )
    connection.release()
  })
})

it('mysqlStore refuses a pool with callbacks, and takes its promise()', () => {
  const pool = createPool({})
  expect(() => mysqlStore(pool as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }))
  mysqlStore(pool.promise())
})
