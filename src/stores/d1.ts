import { KeystepError } from '../errors.ts'
import { expiryMillis, newVersion, pageOf, quoteTable, type TableStore } from './record-store.ts'

type D1Value = string | number | null
type Rows = readonly Record<string, unknown>[]

/** The part of a Cloudflare D1 binding that keystep uses. */
export interface D1Binding {
  prepare(sql: string): { bind(...values: D1Value[]): { all(): Promise<{ results: Rows }> } }
}

/** Options of {@link d1Store}. */
export interface D1StoreOptions {
  /**
   * Letters, digits and underscores; default `keystep_records`. Anything else throws `ERR_OPTION`.
   */
  table?: string | undefined
}

/**
 * A store in a table of a Cloudflare D1 database, over its binding (`env.DB`), which reads from the
 * primary. A session (`withSession`) may read from a replica, and is refused.
 *
 * @throws `ERR_OPTION` for a table name with other characters, and for a session.
 */
export function d1Store(db: D1Binding, o: D1StoreOptions = {}): TableStore {
  const table = quoteTable(o.table, '"')
  if ('getBookmark' in db)
    throw new KeystepError(
      'ERR_OPTION',
      'd1Store takes the binding itself: a session may read from a replica',
    )
  const query = async (sql: string, ...values: D1Value[]): Promise<Rows> =>
    (
      await db
        .prepare(sql)
        .bind(...values)
        .all()
    ).results

  return {
    async migrate() {
      const columns =
        'record_key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, version TEXT NOT NULL, expires_at INTEGER'
      await query(`CREATE TABLE IF NOT EXISTS ${table} (${columns})`)
    },
    async get(key) {
      const [row] = await query(`SELECT value, version FROM ${table} WHERE record_key = ?`, key)
      return row ? { value: row.value as string, version: row.version as string } : null
    },
    async put(key, value, o) {
      const version = newVersion()
      const row: D1Value[] = [value, version, expiryMillis(o), key]
      const insert = `INSERT INTO ${table} (value, version, expires_at, record_key) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1`
      const update = `UPDATE ${table} SET value = ?, version = ?, expires_at = ? WHERE record_key = ? AND version = ? RETURNING 1`
      const written = await (o.expected === null
        ? query(insert, ...row)
        : query(update, ...row, o.expected))
      return written.length === 1 ? version : null
    },
    async delete(key, { expected }) {
      const deleted = await query(
        `DELETE FROM ${table} WHERE record_key = ? AND version = ? RETURNING 1`,
        key,
        expected,
      )
      return deleted.length === 1 ? 'deleted' : 'changed'
    },
    async keys(o) {
      const { after, limit } = pageOf(o)
      const rows = await query(
        `SELECT record_key FROM ${table} WHERE record_key > ? ORDER BY record_key LIMIT ?`,
        after,
        limit,
      )
      return rows.map((row) => row.record_key as string)
    },
  }
}
