import { randomUUID } from 'node:crypto'
import type { Database } from './database.ts'

export interface DnsRecord {
  id: string
  name: string
  type: string
  value: string
}

/** The records of an account: of its main user and its members alike. */
export interface DnsRecords {
  of(accountId: string): Promise<DnsRecord[]>
  add(accountId: string, record: Omit<DnsRecord, 'id'>, now: Date): Promise<void>
  remove(accountId: string, id: string): Promise<void>
}

export function createDnsRecords({ query }: Database): DnsRecords {
  return {
    of: (accountId) =>
      query<DnsRecord>(
        'SELECT id, name, type, value FROM dns_records WHERE account_id = $1 ORDER BY number',
        [accountId],
      ),
    add: async (accountId, { name, type, value }, now) => {
      const insert =
        'INSERT INTO dns_records (id, account_id, name, type, value, created_at) VALUES ($1, $2, $3, $4, $5, $6)'
      await query(insert, [randomUUID(), accountId, name, type, value, now.toISOString()])
    },
    remove: async (accountId, id) => {
      await query('DELETE FROM dns_records WHERE account_id = $1 AND id = $2', [accountId, id])
    },
  }
}
