import { CompiledQuery, type Kysely } from 'kysely'
import type { TableStore } from 'keystep/stores'
import { postgresStore } from 'keystep/stores/postgres'

/**
 * Over the portal's Kysely with the `PostgresDialect`; a transaction is refused, since its rollback
 * would give attempts back.
 */
export function kyselyStore<DB>(db: Kysely<DB>, o?: { table?: string }): TableStore {
  if (db.isTransaction)
    throw new Error('kyselyStore takes the Kysely of the pool, not a transaction')
  return postgresStore(
    {
      async query(text, values) {
        const { rows } = await db.executeQuery(CompiledQuery.raw(text, values))
        return { rows: rows as Record<string, unknown>[] }
      },
    },
    o,
  )
}
