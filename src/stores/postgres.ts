import { KeystepError } from '../errors.ts'
import { expiryMillis, newVersion, pageOf, quoteTable, type TableStore } from './record-store.ts'

type PostgresValue = string | number | null
type Rows = readonly Record<string, unknown>[]

/**
 * The part of a Postgres handle that keystep uses: a pg `Pool` or `Client` and PGlite have `query`,
 * postgres.js has `unsafe`.
 */
export type PostgresClient =
  | {
      query(text: string, values: PostgresValue[]): Promise<{ rows: Rows }>
      getTransactionStatus?(): string | null
    }
  | { unsafe(text: string, values: PostgresValue[]): PromiseLike<Rows> }

/** Options of {@link postgresStore}. */
export interface PostgresStoreOptions {
  /**
   * `name` or `schema.name` of letters, digits and underscores; default `keystep_records`. Anything
   * else throws `ERR_OPTION`.
   */
  table?: string | undefined
}

const TRIES = 10
/**
 * Sealed text does not compress: a row stays in its page, where there is room for its next version
 * (a HOT update), up to 8 kB.
 */
const LAYOUT = 'toast_tuple_target = 8160, fillfactor = 70'
/**
 * Processes that migrate at once wait for each other: CREATE TABLE IF NOT EXISTS alone fails in
 * some of them.
 */
const MIGRATION_LOCK = 7_306_928

/**
 * A store in a table of a Postgres database, over the portal's own handle to the primary: pass the
 * pool, so that no call lands in a transaction of the portal's. A pg `Client` inside a transaction
 * makes every method throw, and so does a connection to a replica.
 *
 * @throws `ERR_OPTION` for a table name with other characters, for the handle of a transaction, and
 *   for a single connection that cannot tell whether it is inside of one: a `Client` of pg before
 *   8.21 or with `pipeline`, a reserved connection of postgres.js.
 */
export function postgresStore(client: PostgresClient, o: PostgresStoreOptions = {}): TableStore {
  const table = quoteTable(o.table, '"')
  if ('savepoint' in client || 'rollback' in client)
    throw new KeystepError('ERR_OPTION', 'postgresStore takes the pool, not a transaction')
  if (!isSafe(client))
    throw new KeystepError(
      'ERR_OPTION',
      'postgresStore takes the pool; a single connection only of pg 8.21 or later, without pipeline',
    )

  const send = turns(client)
  /** Columns go by their place: postgres.js may have been told to rename them. */
  const query = async (text: string, ...values: PostgresValue[]): Promise<unknown[][]> => {
    for (let left = TRIES; ; left--) {
      try {
        const rows = await send(async () =>
          'unsafe' in client
            ? client.unsafe(text, values)
            : (await client.query(text, values)).rows,
        )
        return rows.map((row) => Object.values(row))
      } catch (error) {
        if (left <= 1 || !isRolledBack(error)) throw error
      }
    }
  }

  return {
    async migrate() {
      const columns =
        'record_key text COLLATE "C" PRIMARY KEY, value text NOT NULL, version text NOT NULL, expires_at bigint'
      const create = `IF to_regclass('${table}') IS NULL THEN CREATE TABLE ${table} (${columns}) WITH (${LAYOUT}); END IF`
      await query(`DO $$ BEGIN PERFORM pg_advisory_xact_lock(${MIGRATION_LOCK}); ${create}; END $$`)
    },
    async get(key) {
      const fields = 'pg_is_in_recovery(), value, version'
      const [found] = await query(`SELECT ${fields} FROM ${table} WHERE record_key = $1`, key)
      // No row tells nothing of where it was looked for, so the absent are asked for in a way that
      // always answers; it takes longer to plan.
      const [row] = found
        ? [found]
        : await query(
            `SELECT ${fields} FROM (SELECT 1) AS one LEFT JOIN ${table} ON record_key = $1`,
            key,
          )
      const [replica, value, version] = row as [unknown, string, string | null]
      if (replica !== false)
        throw new KeystepError(
          'ERR_STORE',
          'postgresStore reads from the primary; this is a replica',
        )
      return version === null ? null : { value, version }
    },
    async put(key, value, o) {
      const version = newVersion()
      const row: PostgresValue[] = [key, value, version, expiryMillis(o)]
      const insert = `INSERT INTO ${table} (record_key, value, version, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1`
      const update = `UPDATE ${table} SET value = $2, version = $3, expires_at = $4 WHERE record_key = $1 AND version = $5 RETURNING 1`
      const written = await (o.expected === null
        ? query(insert, ...row)
        : query(update, ...row, o.expected))
      return written.length === 1 ? version : null
    },
    async delete(key, { expected }) {
      const deleted = await query(
        `DELETE FROM ${table} WHERE record_key = $1 AND version = $2 RETURNING 1`,
        key,
        expected,
      )
      return deleted.length === 1 ? 'deleted' : 'changed'
    },
    async keys(o) {
      const { after, limit } = pageOf(o)
      const rows = await query(
        `SELECT record_key FROM ${table} WHERE record_key > $1 ORDER BY record_key LIMIT $2`,
        after,
        limit,
      )
      return rows.map(([listed]) => listed as string)
    },
  }
}

/**
 * A single connection may be inside a transaction at any time, so it has to tell: pg before 8.21,
 * pipelines and postgres.js cannot.
 */
function isSafe(client: PostgresClient): boolean {
  const tells =
    'query' in client &&
    client.getTransactionStatus !== undefined &&
    !('pipeline' in client && client.pipeline)
  return tells || !('release' in client || 'setTypeParser' in client)
}

type Send = (work: () => Promise<Rows>) => Promise<Rows>

/**
 * A pg `Client` takes one query at a time, and tells whether it is inside a transaction; pools and
 * the others need neither. It is asked again afterwards: a BEGIN of the caller's may have been on
 * its way.
 */
function turns(client: PostgresClient): Send {
  if (!('query' in client) || !client.getTransactionStatus) return (work) => work()
  const outside = (): void => {
    if (!/^[TE]$/.test(client.getTransactionStatus!() ?? '')) return
    throw new KeystepError(
      'ERR_STORE',
      'postgresStore refuses a connection inside a transaction of the caller: pass the pool',
    )
  }
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(async () => {
      outside()
      const rows = await work()
      outside()
      return rows
    })
    last = turn.catch(() => undefined)
    return turn
  }
}

/**
 * A serialization failure or deadlock: nothing was written, and the same statement may be sent
 * again.
 */
function isRolledBack(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === '40001' || code === '40P01'
}
