import type { DataSource } from 'typeorm'
import type { TableStore } from 'keystep/stores'
import { postgresStore } from 'keystep/stores/postgres'

/**
 * Over the portal's initialized DataSource of the type `postgres`: each call takes a connection of
 * its own from the pool.
 */
export function typeormStore(dataSource: DataSource, o?: { table?: string }): TableStore {
  return postgresStore(
    {
      async query(text, values) {
        const runner = dataSource.createQueryRunner()
        try {
          const { records } = await runner.query(text, values, true)
          return { rows: records as Record<string, unknown>[] }
        } finally {
          await runner.release()
        }
      },
    },
    o,
  )
}
