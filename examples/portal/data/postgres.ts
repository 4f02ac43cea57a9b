import { postgresStore } from 'keystep/stores/postgres'
import pg from 'pg'
import type { Opened } from './database.ts'
import { tables } from './tables.ts'

/**
 * Processes that start at once wait for each other: CREATE TABLE IF NOT EXISTS alone fails in one
 * of them.
 */
const LOCK = 'SELECT pg_advisory_xact_lock(7306929);'

/** A database of before sessions had stamps: those that are open end once. */
const STAMP =
  "ALTER TABLE sessions ADD COLUMN IF NOT EXISTS security_stamp TEXT NOT NULL DEFAULT ''"

export async function openPostgres(url: string): Promise<Opened> {
  const pool = new pg.Pool({ connectionString: url })
  // An idle connection that breaks is replaced by the pool; without a listener the process would
  // end.
  pool.on('error', (error) => {
    console.error(error.message)
  })
  await pool.query(LOCK + tables('BIGSERIAL PRIMARY KEY') + STAMP)
  const store = postgresStore(pool)
  await store.migrate()
  return {
    store,
    database: {
      query: async <Row extends object>(
        text: string,
        values: readonly (string | number | null)[] = [],
      ) => (await pool.query(text, [...values])).rows as Row[],
      close: () => pool.end(),
    },
  }
}
