import { KeystepError } from '../errors.ts'
import {
  expiryMillis,
  newVersion,
  pageOf,
  quoteTable,
  type StoredRecord,
  type TableStore,
  waitOutLock,
} from './record-store.ts'

type SqliteValue = string | number | null

interface SqliteStatement {
  all(...values: SqliteValue[]): unknown[]
  get(...values: SqliteValue[]): unknown
  run(...values: SqliteValue[]): { changes: number | bigint }
}

/**
 * The part of a SQLite handle that keystep uses: libsql, better-sqlite3, `node:sqlite` and
 * `bun:sqlite` all have it.
 */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  /** Whether a transaction is open, as libsql, better-sqlite3 and `bun:sqlite` tell it. */
  readonly inTransaction?: boolean
  /** The same in `node:sqlite`, from Node 22.16 on. */
  readonly isTransaction?: boolean
}

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /**
   * Letters, digits and underscores; default `keystep_records`. Anything else throws `ERR_OPTION`.
   */
  table?: string | undefined
}

/**
 * A store in a table of a SQLite database, over the portal's own handle. Every write is a
 * transaction of its own, so several processes may share one file: have it in WAL mode. While
 * another connection writes, a call waits up to 5 seconds without blocking the process (and as long
 * as the handle's own busy timeout says, blocking). While the portal has a transaction open on the
 * same handle, every method throws.
 *
 * @throws `ERR_OPTION` for a table name with other characters.
 */
export function sqliteStore(db: SqliteDatabase, o: SqliteStoreOptions = {}): TableStore {
  const table = quoteTable(o.table, '"')
  const statements = new Map<string, SqliteStatement>()
  const insert = `INSERT INTO ${table} (value, version, expires_at, record_key) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`
  const select = `SELECT value, version FROM ${table} WHERE record_key = ?`
  const update = `UPDATE ${table} SET value = ?, version = ?, expires_at = ? WHERE record_key = ? AND version = ?`

  const prepared = (sql: string): SqliteStatement => {
    const statement = statements.get(sql) ?? db.prepare(sql)
    statements.set(sql, statement)
    return statement
  }

  const alone = <T>(begin: string, work: () => T): T | Promise<T> =>
    waitOutLock(() => transact(db, begin, work))
  const read = <T>(work: () => T): T | Promise<T> => alone('BEGIN', work)
  const changes = (sql: string, ...values: SqliteValue[]): boolean | Promise<boolean> =>
    alone('BEGIN IMMEDIATE', () => Number(prepared(sql).run(...values).changes) === 1)

  return {
    async migrate() {
      const columns =
        'record_key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, version TEXT NOT NULL, expires_at INTEGER'
      await alone('BEGIN IMMEDIATE', () =>
        db.exec(`CREATE TABLE IF NOT EXISTS ${table} (${columns})`),
      )
    },
    async get(key) {
      // Without a row it is null in bun:sqlite and undefined elsewhere.
      const row = await read(() => prepared(select).get(key) as StoredRecord | null | undefined)
      return row ? { value: row.value, version: row.version } : null
    },
    async put(key, value, o) {
      const version = newVersion()
      const expiry = expiryMillis(o)
      const written = await (o.expected === null
        ? changes(insert, value, version, expiry, key)
        : changes(update, value, version, expiry, key, o.expected))
      return written ? version : null
    },
    async delete(key, { expected }) {
      return (await changes(
        `DELETE FROM ${table} WHERE record_key = ? AND version = ?`,
        key,
        expected,
      ))
        ? 'deleted'
        : 'changed'
    },
    async keys(o) {
      const { after, limit } = pageOf(o)
      const rows = await read(() =>
        prepared(
          `SELECT record_key FROM ${table} WHERE record_key > ? ORDER BY record_key LIMIT ?`,
        ).all(after, limit),
      )
      return rows.map((row) => (row as { record_key: string }).record_key)
    },
  }
}

/**
 * No write may join a transaction of the caller's. Where the handle tells whether there is one,
 * each statement is a transaction by itself, which costs a third less; elsewhere BEGIN tells, since
 * it fails inside of another.
 */
function transact<T>(db: SqliteDatabase, begin: string, work: () => T): T {
  const isInside = db.inTransaction ?? db.isTransaction
  if (isInside === true)
    throw new KeystepError(
      'ERR_STORE',
      'sqliteStore refuses a handle within a transaction of the caller',
    )
  if (isInside === false) return work()
  db.exec(begin)
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    try {
      db.exec('ROLLBACK')
    } catch {
      // SQLite rolled back by itself (disk full, I/O error); the first error is the one to tell.
    }
    throw error
  }
}
