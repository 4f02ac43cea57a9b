import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Pool } from 'pg'
import type { TableStore } from 'keystep/stores'
import { postgresStore } from 'keystep/stores/postgres'

/**
 * Over the pool that the portal's Drizzle was made with; the handle of a transaction has none, and
 * is refused.
 */
export function drizzleStore(
  db: NodePgDatabase & { $client: Pool },
  o?: { table?: string },
): TableStore {
  if (!('$client' in db)) throw new Error('drizzleStore takes the database, not a transaction')
  return postgresStore(db.$client, o)
}
