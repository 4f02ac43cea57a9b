import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from 'keystep/stores/sqlite'

/**
 * What `storeContract` asks for, over two connections to one new file; `open` is the driver's own
 * constructor.
 */
export async function sqliteUnderTest(open) {
  const folder = mkdtempSync(join(tmpdir(), 'keystep-sqlite-'))
  const [one, two, broken] = [0, 1, 2].map(() => open(join(folder, 'portal.db')))
  one.exec('PRAGMA journal_mode = WAL')
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
    close: () => {
      for (const db of [one, two, broken]) db.close()
      rmSync(folder, { recursive: true })
    },
  }
}
