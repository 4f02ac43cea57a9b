import { KeystepError } from '../errors.ts'
import { expiryMillis, newVersion, pageOf, quoteTable, type TableStore } from './record-store.ts'

type MysqlValue = string | number | null

/**
 * The part of a mysql2 pool (`mysql2/promise`) that keystep uses. A single connection has no
 * `getConnection`, and is refused.
 */
export interface MysqlPool {
  execute(sql: string, values: MysqlValue[]): Promise<[unknown, unknown]>
  getConnection(): unknown
}

/** Options of {@link mysqlStore}. */
export interface MysqlStoreOptions {
  /**
   * `name` or `database.name` of letters, digits and underscores; default `keystep_records`.
   * Anything else throws `ERR_OPTION`.
   */
  table?: string | undefined
}

type Row = Record<string, string | number | null>

const TRIES = 10
/**
 * Asked for with every read: they cost nothing, and a pool may be led to another server at any
 * time.
 */
const SETTINGS = '@@global.read_only AS read_only, @@autocommit AS autocommit'
const DUPLICATE_KEY = 1062
const DEADLOCK = 1213

/**
 * A store in a table of a MySQL or MariaDB database (InnoDB), over the portal's own mysql2 promise
 * pool to the primary. A pool lends each statement a connection of its own, so no write lands in a
 * transaction of the portal's. Every read throws `ERR_STORE` on a server that is read-only, since a
 * replica's answer may be old, and on a connection without autocommit, where what is acknowledged
 * is not committed.
 *
 * @throws `ERR_OPTION` for a table name with other characters, for a single connection, and for a
 *   pool with callbacks.
 */
export function mysqlStore(pool: MysqlPool, o: MysqlStoreOptions = {}): TableStore {
  const table = quoteTable(o.table, '`')
  const takes: { getConnection?: unknown; promise?: unknown } = pool
  if (typeof takes.getConnection !== 'function')
    throw new KeystepError('ERR_OPTION', 'mysqlStore takes a pool, not a connection')
  if (takes.promise)
    throw new KeystepError(
      'ERR_OPTION',
      'mysqlStore takes a pool of mysql2/promise: pool.promise(), not one with callbacks',
    )

  const execute = async (sql: string, ...values: MysqlValue[]): Promise<unknown> => {
    for (let left = TRIES; ; left--) {
      try {
        return (await pool.execute(sql, values))[0]
      } catch (error) {
        // A deadlock's victim wrote nothing; the same statement may be sent again.
        if (left <= 1 || errnoOf(error) !== DEADLOCK) throw error
      }
    }
  }
  const rowsOf = async (sql: string, ...values: MysqlValue[]): Promise<Row[]> =>
    (await execute(sql, ...values)) as Row[]
  const changes = async (sql: string, ...values: MysqlValue[]): Promise<boolean> =>
    ((await execute(sql, ...values)) as { affectedRows: number }).affectedRows === 1

  return {
    async migrate() {
      const columns = `record_key VARBINARY(512) NOT NULL PRIMARY KEY, value MEDIUMTEXT CHARACTER SET utf8mb4 NOT NULL,
        version VARBINARY(64) NOT NULL, expires_at BIGINT`
      await execute(`CREATE TABLE IF NOT EXISTS ${table} (${columns}) ENGINE = InnoDB`)
    },
    async get(key) {
      const fields = `value, CAST(version AS CHAR) AS version, ${SETTINGS}`
      const [found] = await rowsOf(`SELECT ${fields} FROM ${table} WHERE record_key = ?`, key)
      // No row tells nothing of where it was looked for.
      const left = `(SELECT 1) AS one LEFT JOIN ${table} ON record_key = ?`
      const [row] = found ? [found] : await rowsOf(`SELECT ${fields} FROM ${left}`, key)
      const { value, version, read_only, autocommit } = row!
      if (Number(read_only) !== 0) throw refusal('reads from the primary; this server is read-only')
      if (Number(autocommit) !== 1) throw refusal('needs autocommit = 1, or no write is committed')
      return version === null ? null : { value: value as string, version: version as string }
    },
    async put(key, value, o) {
      const version = newVersion()
      const row: MysqlValue[] = [value, version, expiryMillis(o), key]
      // Every put changes the version, so that affectedRows says the same whether the connection
      // counts matched rows or changed ones.
      const update = `UPDATE ${table} SET value = ?, version = ?, expires_at = ? WHERE record_key = ? AND version = ?`
      if (o.expected !== null) return (await changes(update, ...row, o.expected)) ? version : null
      try {
        // No INSERT IGNORE: it would also turn a value that does not fit into one that was cut.
        await execute(
          `INSERT INTO ${table} (value, version, expires_at, record_key) VALUES (?, ?, ?, ?)`,
          ...row,
        )
        return version
      } catch (error) {
        if (errnoOf(error) === DUPLICATE_KEY) return null
        throw error
      }
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
      const page = `WHERE record_key > ? ORDER BY record_key LIMIT ${limit}`
      const rows = await rowsOf(
        `SELECT CAST(record_key AS CHAR) AS listed FROM ${table} ${page}`,
        after,
      )
      return rows.map((row) => row.listed as string)
    },
  }
}

function refusal(words: string): KeystepError {
  return new KeystepError('ERR_STORE', `mysqlStore ${words}`)
}

function errnoOf(error: unknown): unknown {
  return (error as { errno?: unknown }).errno
}
