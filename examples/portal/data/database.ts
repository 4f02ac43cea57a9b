import type { RecordStore } from 'keystep/stores'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

export type Value = string | number | null

/**
 * The portal's own tables. Placeholders are `$1`, `$2`, ... on both engines; instants are ISO text,
 * which sorts as time does.
 */
export interface Database {
  query<Row extends object>(text: string, values?: readonly Value[]): Promise<Row[]>
  close(): Promise<void>
}

/** A database, and keystep's store over the same handle. */
export interface Opened {
  readonly database: Database
  readonly store: RecordStore
}

/** Opens the one that is configured, and makes the tables where there are none. */
export function openDatabase({
  databaseUrl,
  sqliteFile,
}: {
  databaseUrl: string | null
  sqliteFile: string
}): Promise<Opened> {
  return databaseUrl === null ? openSqlite(sqliteFile) : openPostgres(databaseUrl)
}
