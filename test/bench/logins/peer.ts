import type Database from 'libsql'
import type pg from 'pg'

/** The database that all peers share in one run. */
export type Db =
  | { readonly engine: 'SQLite'; readonly sqlite: Database.Database }
  | { readonly engine: 'Postgres'; readonly pool: pg.Pool }

export type Answer = 'accepted' | 'wrong_code' | 'refused'

/**
 * One way of checking second factors, with users enrolled, and each login begun before the clock
 * runs.
 */
export interface Peer {
  readonly name: string
  /** Goes on to a time at which every user has a new code. */
  advance(): void
  rightCode(user: number): string
  /** After the right password: what the browser holds until the code is typed. */
  begin(user: number): Promise<string>
  answer(user: number, begun: string, code: string): Promise<Answer>
}
