import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import pg from 'pg'
import { postgresStore } from 'keystep/stores/postgres'
import type { RecordStore } from 'keystep/stores'
import { sqliteStore } from 'keystep/stores/sqlite'
import { randomTable, urls } from '../../stores/servers/urls.ts'
import { type Load, postgresLoad, sqliteLoad } from './fill.ts'

/** Two tables of one database: for few users and for many. */
export interface Places {
  readonly few: Place
  readonly many: Place
  close(): Promise<unknown>
}
export interface Place {
  readonly store: RecordStore
  readonly load: Load
  /** What a database does by itself from time to time (autovacuum, ANALYZE), after so many rows. */
  settle(): Promise<unknown>
}

export async function sqlitePlaces(): Promise<Places> {
  const folder = mkdtempSync(join(tmpdir(), 'keystep-growth-'))
  const db = new Database(join(folder, 'portal.db'))
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  const make = async (table: string): Promise<Place> => {
    const store = sqliteStore(db, { table })
    await store.migrate()
    return {
      store,
      load: sqliteLoad(db, table),
      settle: async () => db.exec('PRAGMA wal_checkpoint(TRUNCATE)'),
    }
  }
  const close = async (): Promise<void> => {
    db.close()
    rmSync(folder, { recursive: true })
  }
  return { few: await make('few'), many: await make('many'), close }
}

export async function postgresPlaces(): Promise<Places> {
  const pool = new pg.Pool({ connectionString: urls.postgres, max: 32 })
  const tables = [randomTable(), randomTable()]
  const make = async (table: string): Promise<Place> => {
    const store = postgresStore(pool, { table })
    await store.migrate()
    return {
      store,
      load: postgresLoad(pool, table),
      settle: () => pool.query(`VACUUM ANALYZE ${table}`),
    }
  }
  const close = async (): Promise<void> => {
    await pool.query(`DROP TABLE ${tables.join(', ')}`)
    await pool.end()
  }
  return { few: await make(tables[0]!), many: await make(tables[1]!), close }
}
