import { KeystepError } from '../errors.ts'
import { expiryMillis, newVersion, pageOf, quoteTable, type StoredRecord, type TableStore, waitOutLock } from './record-store.ts'

type SqliteValue = string | number | null

/** The part of a SQLite handle that keystep uses: libsql, better-sqlite3, `node:sqlite` and `bun:sqlite` all have it. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): { all(...values: SqliteValue[]): unknown[] }
  /** Whether a transaction is open, as libsql, better-sqlite3 and `bun:sqlite` tell it. */
  readonly inTransaction?: boolean
  /** The same in `node:sqlite`, from Node 22.16 on. */
  readonly isTransaction?: boolean
}

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /** Letters, digits and underscores; default `keystep_records`. Anything else throws `ERR_OPTION`. */
  table?: string | undefined
}

/**
 * A store in a table of a SQLite database, over the portal's own handle. Every write is a transaction of its own, so several
 * processes may share one file: have it in WAL mode. While another connection writes, a call waits up to 5 seconds without blocking
 * the process (and as long as the handle's own busy timeout says, blocking). While the portal has a transaction open on the same
 * handle, every method throws.
 *
 * @throws `ERR_OPTION` for a table name with other characters.
 */
export function sqliteStore(db: SqliteDatabase, o: SqliteStoreOptions = {}): TableStore {
  const table = quoteTable(o.table, '"')
  const statements = new Map<string, { all(...values: SqliteValue[]): unknown[] }>()

  const all = (sql: string, values: SqliteValue[]): unknown[] => {
    const statement = statements.get(sql) ?? db.prepare(sql)
    statements.set(sql, statement)
    return statement.all(...values)
  }

  const alone = (begin: string, work: () => unknown[]): Promise<unknown[]> => waitOutLock(() => transact(db, begin, work))
  const read = (sql: string, ...values: SqliteValue[]): Promise<unknown[]> => alone('BEGIN', () => all(sql, values))
  const write = (sql: string, ...values: SqliteValue[]): Promise<unknown[]> => alone('BEGIN IMMEDIATE', () => all(sql, values))

  return {
    async migrate() {
      const columns = 'record_key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, version TEXT NOT NULL, expires_at INTEGER'
      await alone('BEGIN IMMEDIATE', () => (db.exec(`CREATE TABLE IF NOT EXISTS ${table} (${columns})`), []))
    },
    async get(key) {
      const [row] = await read(`SELECT value, version FROM ${table} WHERE record_key = ?`, key)
      return row ? { value: (row as StoredRecord).value, version: (row as StoredRecord).version } : null
    },
    async put(key, value, o) {
      const version = newVersion()
      const expiry = expiryMillis(o)
      const insert = `INSERT INTO ${table} (value, version, expires_at, record_key) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1`
      const update = `UPDATE ${table} SET value = ?, version = ?, expires_at = ? WHERE record_key = ? AND version = ? RETURNING 1`
      const written = await (o.expected === null
        ? write(insert, value, version, expiry, key)
        : write(update, value, version, expiry, key, o.expected))
      return written.length === 1 ? version : null
    },
    async delete(key, { expected }) {
      const deleted = await write(`DELETE FROM ${table} WHERE record_key = ? AND version = ? RETURNING 1`, key, expected)
      return deleted.length === 1 ? 'deleted' : 'changed'
    },
    async keys(o) {
      const { after, limit } = pageOf(o)
      const rows = await read(`SELECT record_key FROM ${table} WHERE record_key > ? ORDER BY record_key LIMIT ?`, after, limit)
      return rows.map((row) => (row as { record_key: string }).record_key)
    },
  }
}

/**
 * No write may join a transaction of the caller's. Where the handle tells whether there is one, each statement is a transaction by itself, which
 * costs a third less; elsewhere BEGIN tells, since it fails inside of another.
 */
function transact(db: SqliteDatabase, begin: string, work: () => unknown[]): unknown[] {
  const isInside = db.inTransaction ?? db.isTransaction
  if (isInside === true) throw new KeystepError('ERR_STORE', 'sqliteStore refuses a handle within a transaction of the caller')
  if (isInside === false) return work()
  db.exec(begin)
  try {
    const rows = work()
    db.exec('COMMIT')
    return rows
  } catch (error) {
    try {
      db.exec('ROLLBACK')
    } catch {
      // SQLite rolled back by itself (disk full, I/O error); the first error is the one to tell.
    }
    throw error
  }
}
