import type { RecordStore } from 'keystep/stores'
import { redisStore } from 'keystep/stores/redis'
import { createClient } from 'redis'

/**
 * Where the second factors live: in Redis where it is configured, else beside the portal's own
 * tables.
 */
export async function openRecords(
  { redisUrl }: { redisUrl: string | null },
  besideTables: RecordStore,
): Promise<{ store: RecordStore; close: () => Promise<void> }> {
  if (redisUrl === null) return { store: besideTables, close: async () => {} }
  const client = createClient({ url: redisUrl })
  // It connects anew by itself; without a listener the process would end.
  client.on('error', (error: Error) => {
    console.error(error.message)
  })
  await client.connect()
  const store = redisStore(client)
  await store.migrate()
  return { store, close: () => client.close() }
}
