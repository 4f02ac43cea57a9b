import type { Knex } from 'knex'
import type { TableStore } from 'keystep/stores'
import { postgresStore } from 'keystep/stores/postgres'

/**
 * Over the portal's Knex of the dialect `pg`; a `trx` is refused, since its rollback would give
 * attempts back.
 */
export function knexStore(knex: Knex, o?: { table?: string }): TableStore {
  if (knex.isTransaction) throw new Error('knexStore takes the Knex of the pool, not a transaction')
  return postgresStore(
    {
      async query(text, values) {
        const bindings: (string | number | null)[] = []
        // Knex numbers the question marks itself, in the order in which they stand.
        const sql = text.replace(/\$(\d)/g, (_, place: string) => {
          bindings.push(values[Number(place) - 1]!)
          return '?'
        })
        return knex.raw<{ rows: Record<string, unknown>[] }>(sql, bindings as string[])
      },
    },
    o,
  )
}
