import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Database from 'libsql'
import { afterAll, describe, expect, it } from 'vitest'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { storeContract, type StoreUnderTest } from '../../src/testing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'keystep-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))

const open = (name: string): Database.Database => {
  const db = new Database(join(folder, name))
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  return db
}

async function underTest(): Promise<StoreUnderTest> {
  const [one, two, broken] = [open('portal.db'), open('portal.db'), open('portal.db')]
  const store = sqliteStore(one)
  await store.migrate()
  return {
    store,
    otherStore: sqliteStore(two),
    brokenStore: sqliteStore(broken, { table: 'no_such_table' }),
    rollback: async (work) => {
      one.exec('BEGIN')
      await work()
      one.exec('ROLLBACK')
    },
    close: () => [one, two, broken].forEach((db) => db.close()),
  }
}

describe('sqliteStore over libsql, two connections to one file', () => {
  for (const { name, run } of storeContract(underTest)) it(name, run)
})

describe('sqliteStore', () => {
  it('V3: refuses every call while the portal has a transaction open on the handle, and works again after it', async () => {
    const db = open('own.db')
    const store = sqliteStore(db)
    await store.migrate()
    const version = await store.put('key', 'value', { expected: null })
    db.exec('BEGIN')
    const calls = [
      () => store.get('key'),
      () => store.put('other', 'value', { expected: null }),
      () => store.delete('key', { expected: version! }),
      () => store.keys(),
    ]
    for (const call of calls) await expect(call()).rejects.toThrow(/within a transaction/)
    db.exec('ROLLBACK')
    expect(await store.keys()).toEqual(['key'])
    db.close()
  })

  it('waits for another connection without blocking the process, and leaves the handle outside of a transaction', async () => {
    const [one, two] = [open('busy.db'), open('busy.db')]
    two.exec('PRAGMA busy_timeout = 0')
    const store = sqliteStore(two)
    await store.migrate()
    one.exec('BEGIN IMMEDIATE')
    let turns = 0
    const timer = setInterval(() => turns++, 5)
    const put = store.put('key', 'value', { expected: null })
    await new Promise((resolve) => setTimeout(resolve, 200))
    one.exec('COMMIT')
    expect(await put).not.toBeNull()
    clearInterval(timer)
    expect(turns).toBeGreaterThan(5)
    expect(two.inTransaction).toBe(false)
    for (const db of [one, two]) db.close()
  })

  it('an engine error in the middle leaves the handle outside of a transaction', async () => {
    const db = open('full.db')
    const store = sqliteStore(db)
    await store.migrate()
    db.exec(
      "CREATE TRIGGER no AFTER INSERT ON keystep_records BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    await expect(store.put('key', 'value', { expected: null })).rejects.toThrow('no')
    expect(db.inTransaction).toBe(false)
    expect(await store.get('key')).toBeNull()
    db.close()
  })

  it('migrate(): 8 processes at once on a new file', async () => {
    const file = join(folder, 'new.db')
    const script = fileURLToPath(new URL('servers/migrate-sqlite.ts', import.meta.url))
    const runs = Array.from({ length: 8 }, () =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', script, file]),
    )
    const versions = (await Promise.all(runs)).map(({ stdout }) => stdout.trim())
    expect(versions.filter((version) => version !== 'null')).toHaveLength(1)
    const db = open('new.db')
    expect((await sqliteStore(db).get('first'))?.version).toBe(
      versions.find((version) => version !== 'null'),
    )
    db.close()
  })

  it('reads and lists by the primary key', () => {
    const db = open('portal.db')
    const plan = JSON.stringify(
      db
        .prepare(
          "EXPLAIN QUERY PLAN SELECT record_key FROM keystep_records WHERE record_key > 'a' ORDER BY record_key LIMIT 9",
        )
        .all(),
    )
    expect(plan).toMatch(/COVERING INDEX/)
    expect(plan).not.toMatch(/TEMP B-TREE/)
    db.close()
  })
})
