import type { TableStore } from 'keystep/stores'
import { postgresStore } from 'keystep/stores/postgres'

/** The part of a `PrismaClient` that is used; the client of a transaction has no `$transaction`. */
export interface PrismaHandle {
  $queryRawUnsafe(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]>
  $transaction: unknown
}

/**
 * Over the portal's PrismaClient on Postgres. What varies in keystep's statements are parameters.
 */
export function prismaStore(prisma: PrismaHandle, o?: { table?: string }): TableStore {
  if (!('$transaction' in prisma)) throw new Error('prismaStore takes no transaction')
  return postgresStore(
    {
      async query(text, values) {
        try {
          return { rows: await prisma.$queryRawUnsafe(text, ...values) }
        } catch (error) {
          // Prisma hides Postgres's code, which says that nothing was written: keystep tries again.
          const [, code] = /Code: `(40001|40P01)`/.exec(String(error)) ?? []
          throw code ? Object.assign(new Error('rolled back', { cause: error }), { code }) : error
        }
      },
    },
    o,
  )
}
