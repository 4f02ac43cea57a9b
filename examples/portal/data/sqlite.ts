import { sqliteStore } from 'keystep/stores/sqlite'
import Database from 'libsql'
import type { Opened } from './database.ts'
import { tables } from './tables.ts'

export async function openSqlite(file: string): Promise<Opened> {
  const handle = new Database(file)
  // Two processes may share the file: each waits for the other, and WAL lets one read while the
  // other writes.
  handle.exec('PRAGMA busy_timeout = 5000')
  handle.exec('PRAGMA journal_mode = WAL')
  handle.exec(tables('INTEGER PRIMARY KEY'))
  addStamp(handle)
  const store = sqliteStore(handle)
  await store.migrate()
  return {
    store,
    database: {
      query: async <Row extends object>(
        text: string,
        values: readonly (string | number | null)[] = [],
      ) => handle.prepare(text.replace(/\$(\d)/g, '?$1')).all(...values) as Row[],
      close: async () => {
        handle.close()
      },
    },
  }
}

/** A file of before sessions had stamps: those that are open end once. */
function addStamp(handle: Database.Database): void {
  const columns = handle.prepare('PRAGMA table_info(sessions)').all() as { name: string }[]
  if (columns.some(({ name }) => name === 'security_stamp')) return
  handle.exec("ALTER TABLE sessions ADD COLUMN security_stamp TEXT NOT NULL DEFAULT ''")
}
