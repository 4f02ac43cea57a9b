import type Database from 'libsql'
import type pg from 'pg'
import { encodeText } from '../../../src/crypto/base64url.ts'
import { openRecord, sealRecord } from '../../../src/crypto/envelope.ts'
import { createTwoFactor, type Keyring } from 'keystep'
import type { OtpKey } from 'keystep/otp'
import { memoryStore } from 'keystep/stores/memory'

export type Row = [key: string, value: string]
/** Writes rows as fast as an engine takes them. */
export type Load = (rows: readonly Row[]) => Promise<unknown>

const BATCH = 1000

/**
 * Enrolls `user-0` to `user-<users - 1>` at once: one is enrolled by `totp.import`, and its record
 * sealed anew under each key of the others.
 */
export async function fill(
  load: Load,
  keyring: Keyring,
  key: OtpKey,
  users: number,
): Promise<void> {
  const store = memoryStore()
  await createTwoFactor({
    issuer: 'Bench',
    store,
    keyring,
    now: () => new Date('2026-11-22T11:00:00Z'),
  }).totp.import({ userId: 'user', key })
  const [first] = await store.keys()
  const text = await openRecord(keyring, first!, (await store.get(first!))!.value)
  const prefix = first!.slice(0, first!.lastIndexOf('.') + 1)
  for (let from = 0; from < users; from += BATCH) {
    const ids = Array.from(
      { length: Math.min(BATCH, users - from) },
      (_, i) => prefix + encodeText(`user-${from + i}`),
    )
    await load(
      await Promise.all(
        ids.map(async (id): Promise<Row> => [id, await sealRecord(keyring, id, text)]),
      ),
    )
  }
}

export function sqliteLoad(db: Database.Database, table: string): Load {
  const insert = db.prepare(`INSERT INTO ${table} (record_key, value, version) VALUES (?, ?, '1')`)
  return async (rows) => {
    db.exec('BEGIN')
    for (const [key, value] of rows) insert.run(key, value)
    db.exec('COMMIT')
  }
}

export function postgresLoad(pool: pg.Pool, table: string): Load {
  const insert = `INSERT INTO ${table} (record_key, value, version) SELECT *, '1' FROM unnest($1::text[], $2::text[])`
  return (rows) => pool.query(insert, [rows.map(([key]) => key), rows.map(([, value]) => value)])
}
