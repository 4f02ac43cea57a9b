import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, describe, it } from 'vitest'
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
