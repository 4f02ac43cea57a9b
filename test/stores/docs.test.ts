import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'libsql'
import mysql from 'mysql2/promise'
import pg from 'pg'
import ts from 'typescript'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import { mysqlStore } from '../../src/stores/mysql.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import type { RecordStore } from '../../src/stores/record-store.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { storeContract, type StoreUnderTest } from '../../src/testing/index.ts'
import { enroll, house, login, nextCode } from '../flow/house.ts'
import { hasServer, randomTable, urls } from './servers/urls.ts'

const page = readFileSync(new URL('../../docs/stores.md', import.meta.url), 'utf8')
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\n\`\`\``, 'gs'))].map((match) => match[1]!)
const [sqliteSql, postgresSql, mysqlSql] = blocks('sql').map(
  (sql) => (table: string) => sql.replace('keystep_records', table),
) as ((table: string) => string)[]
const onPostgres = await hasServer('postgres')
const onMariadb = await hasServer('mariadb')

/** A code block of the page as a module; `drivers` is where its packages are. */
async function load(code: string, drivers = ''): Promise<Record<string, never>> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  })
  const module = outputText.replace(
    /from '(drizzle-orm[^']*)'/g,
    (_, name: string) => `from '${pathToFileURL(join(drivers, name, 'index.js')).href}'`,
  )
  return (await import(
    /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(module)}`
  )) as Record<string, never>
}

describe('docs/stores.md: the SQL makes the table that migrate() makes', () => {
  it('SQLite and D1', async () => {
    const db = new Database(':memory:')
    db.exec(sqliteSql!('by_hand'))
    await sqliteStore(db, { table: 'by_migrate' }).migrate()
    const columns = (table: string): unknown[] =>
      db.prepare(`SELECT name, type, "notnull", pk FROM pragma_table_info('${table}')`).all()
    expect(columns('by_hand')).toEqual(columns('by_migrate'))
    expect(columns('by_hand')).toHaveLength(4)
    db.close()
  })

  it.runIf(onPostgres)('Postgres', async () => {
    const pool = new pg.Pool({ connectionString: urls.postgres })
    const [byHand, byMigrate] = [randomTable(), randomTable()]
    await pool.query(postgresSql!(byHand))
    await postgresStore(pool, { table: byMigrate }).migrate()
    const fields = 'column_name, data_type, is_nullable, collation_name'
    const columns = async (table: string): Promise<unknown[]> =>
      (
        await pool.query(
          `SELECT ${fields} FROM information_schema.columns WHERE table_name = $1 ORDER BY 1`,
          [table],
        )
      ).rows
    expect(await columns(byHand)).toEqual(await columns(byMigrate))
    expect(await columns(byHand)).toHaveLength(4)
    const layout = async (table: string): Promise<unknown> =>
      (await pool.query('SELECT reloptions FROM pg_class WHERE relname = $1', [table])).rows[0]
    expect(await layout(byHand)).toEqual({
      reloptions: ['toast_tuple_target=8160', 'fillfactor=70'],
    })
    expect(await layout(byMigrate)).toEqual(await layout(byHand))
    await pool.query(`DROP TABLE ${byHand}, ${byMigrate}`)
    await pool.end()
  })

  it.runIf(onMariadb)('MySQL and MariaDB', async () => {
    const pool = mysql.createPool({ uri: urls.mariadb })
    const [byHand, byMigrate] = [randomTable(), randomTable()]
    await pool.query(mysqlSql!(byHand))
    await mysqlStore(pool, { table: byMigrate }).migrate()
    const definition = async (table: string): Promise<string> => {
      const [[row]] = (await pool.query(`SHOW CREATE TABLE ${table}`)) as unknown as [
        Record<string, string>[],
      ]
      return row!['Create Table']!.replaceAll(table, 'one')
    }
    expect(await definition(byHand)).toBe(await definition(byMigrate))
    await pool.query(`DROP TABLE ${byHand}, ${byMigrate}`)
    await pool.end()
  })
})

describe('docs/stores.md: from one store to another', () => {
  const [recipe] = blocks('ts move')

  const loadMove = async () =>
    (await load(recipe!)) as unknown as {
      moveRecords: (from: RecordStore, to: RecordStore) => Promise<number>
    }

  it('moves every record as it is', async () => {
    const { moveRecords } = await loadMove()
    const db = new Database(':memory:')
    const [from, to] = [memoryStore(), sqliteStore(db)]
    await to.migrate()
    for (let i = 0; i < 2500; i++)
      await from.put(`u1.portal.${i}`, `ks1.k1.sealed${i}.`, { expected: null })
    expect(await moveRecords(from, to)).toBe(2500)
    expect((await to.get('u1.portal.2499'))?.value).toBe('ks1.k1.sealed2499.')
    expect(await to.keys({ limit: 3000 })).toEqual(await from.keys({ limit: 3000 }))
    db.close()
  })

  it('never mixes with an earlier copy, where a code that was spent since would be good again', async () => {
    const { moveRecords } = await loadMove()
    const [from, to] = [memoryStore(), memoryStore()]
    const old = house({ store: from })
    const { phone } = await enroll(old.twoFactor, 'u-4711', old.clock)
    await moveRecords(from, to)
    const code = nextCode(old.clock, phone)
    expect((await login(old.twoFactor, 'u-4711', code)).outcome).toBe('accepted')
    await expect(moveRecords(from, to)).rejects.toThrow('not empty')

    const emptied = memoryStore()
    await moveRecords(from, emptied)
    const moved = house({ store: emptied, now: old.clock, keyring: old.keyring })
    expect(await login(moved.twoFactor, 'u-4711', code)).toMatchObject({
      outcome: 'rejected',
      reason: 'already_used',
    })
  })

  it('stops when somebody else writes to the new store', async () => {
    const { moveRecords } = await loadMove()
    const [from, to] = [memoryStore(), memoryStore()]
    for (const name of ['a', 'b']) await from.put(name, 'value', { expected: null })
    const written = {
      ...from,
      get: async (key: string) => (await to.put('b', 'other', { expected: null }), from.get(key)),
    }
    await expect(moveRecords(written, to)).rejects.toThrow('written to')
  })
})

const [adapter] = blocks('ts adapter')
const drivers = [
  new URL('../../node_modules', import.meta.url).pathname,
  `${process.env.KEYSTEP_DRIVERS ?? ''}/node_modules`,
]
const withDrizzle = drivers.find((folder) => existsSync(join(folder, 'drizzle-orm')))
if (!withDrizzle)
  console.log('the adapter of docs/stores.md: skipped; to run it, npm install drizzle-orm')

async function proveAdapter(folder: string): Promise<void> {
  const { drizzleStore } = (await load(adapter!, folder)) as unknown as {
    drizzleStore: (db: unknown) => RecordStore
  }
  const { drizzle } = (await load(
    "export { drizzle } from 'drizzle-orm/node-postgres'",
    folder,
  )) as unknown as {
    drizzle: (pool: pg.Pool) => {
      transaction(work: (tx: { rollback(): never }) => Promise<void>): Promise<void>
    }
  }

  const pool = new pg.Pool({ connectionString: urls.postgres, max: 8 })
  const [schema, empty] = [randomTable(), randomTable()]
  await pool.query(`CREATE SCHEMA ${schema}; CREATE SCHEMA ${empty}`)
  await pool.query(
    `CREATE TABLE ${schema}.second_factor (key text COLLATE "C" PRIMARY KEY, value text NOT NULL, version text NOT NULL)`,
  )
  const pools = [schema, schema, empty].map(
    (path) =>
      new pg.Pool({ connectionString: urls.postgres, max: 4, options: `-c search_path=${path}` }),
  )
  afterAll(async () => {
    await pool.query(`DROP SCHEMA ${schema}, ${empty} CASCADE`)
    await Promise.all([pool, ...pools].map((each) => each.end()))
  })
  const make = (): StoreUnderTest => {
    const [db, secondDb, dbWithoutTheTable] = pools.map((each) => drizzle(each))
    return {
      store: drizzleStore(db),
      otherStore: drizzleStore(secondDb),
      brokenStore: drizzleStore(dbWithoutTheTable),
      rollback: (work) =>
        db!
          .transaction(async (tx) => {
            await work()
            tx.rollback()
          })
          .catch(() => undefined),
    }
  }
  for (const { name, run } of storeContract(make)) it(name, run)
}

if (withDrizzle && onPostgres)
  describe('docs/stores.md: an adapter of your own, with Drizzle', () => proveAdapter(withDrizzle))
