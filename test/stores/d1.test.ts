import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import { type D1Binding, d1Store } from '../../src/stores/d1.ts'
import { storeContract, type StoreUnderTest } from '../../src/testing/index.ts'

/** A binding over SQLite itself, which is what D1 runs on. D1 in workerd: test/runtime/stores. */
function bindingOver(db: Database.Database): D1Binding {
  return {
    prepare: (sql) => ({
      bind: (...values) => ({
        all: async () => ({ results: db.prepare(sql).all(...values) as Record<string, unknown>[] }),
      }),
    }),
  }
}

async function underTest(): Promise<StoreUnderTest> {
  const db = new Database(':memory:')
  const store = d1Store(bindingOver(db))
  await store.migrate()
  return {
    store,
    brokenStore: d1Store(bindingOver(db), { table: 'no_such_table' }),
    close: () => db.close(),
  }
}

describe('d1Store, its SQL on SQLite', () => {
  for (const { name, run } of storeContract(underTest)) it(name, run)

  it('has the same table as sqliteStore, so that a file may become a D1 database and back', async () => {
    const { sqliteStore } = await import('../../src/stores/sqlite.ts')
    const db = new Database(':memory:')
    await d1Store(bindingOver(db), { table: 'by_d1' }).migrate()
    await sqliteStore(db, { table: 'by_sqlite' }).migrate()
    const columns = (table: string): unknown =>
      db.prepare(`SELECT name, type, "notnull", pk FROM pragma_table_info('${table}')`).all()
    expect(columns('by_d1')).toEqual(columns('by_sqlite'))
    expect(columns('by_d1')).toHaveLength(4)
    db.close()
  })

  it('refuses a session, which may read from a replica', () => {
    const session = { ...bindingOver(new Database(':memory:')), getBookmark: () => null }
    expect(() => d1Store(session)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }))
  })
})
