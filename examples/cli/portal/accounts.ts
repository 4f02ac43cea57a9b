import { randomUUID } from 'node:crypto'
import type { Database } from 'libsql'
import { hashPassword, isPassword } from './password.ts'

/**
 * One account of the demo's portal. The id never changes, whatever the name: it is what keystep
 * gets as `userId`.
 */
export interface Account {
  id: string
  name: string
  /**
   * The portal's own word that a second factor is on: `expectEnrolled` of `login.begin`, so that a
   * lost record lets nobody in.
   */
  isEnrolled: boolean
}

interface Row {
  id: string
  name: string
  password: string
  enrolled: number
}

/** The portal's own table, beside the one of keystep in the same file. */
export class Accounts {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
    db.exec(
      'CREATE TABLE IF NOT EXISTS portal_accounts' +
        ' (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, password TEXT NOT NULL, enrolled INTEGER NOT NULL DEFAULT 0)',
    )
  }

  /** The new account, or null where the name is taken. */
  async create(name: string, password: string): Promise<Account | null> {
    const insert =
      'INSERT INTO portal_accounts (id, name, password) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING id'
    const [row] = this.#db
      .prepare(insert)
      .all(randomUUID(), name, await hashPassword(password)) as { id: string }[]
    return row ? { id: row.id, name, isEnrolled: false } : null
  }

  /**
   * The account of that name and password, or null. A name that nobody has takes as long as a wrong
   * password.
   */
  async check(name: string, password: string): Promise<Account | null> {
    const row = this.#row('name', name)
    const isRight = await isPassword(password, row?.password ?? (await hashPassword('')))
    return row && isRight ? accountOf(row) : null
  }

  byId(id: string): Account {
    return accountOf(this.#row('id', id)!)
  }

  setEnrolled(id: string, isEnrolled: boolean): void {
    this.#db
      .prepare('UPDATE portal_accounts SET enrolled = ? WHERE id = ?')
      .run(isEnrolled ? 1 : 0, id)
  }

  names(): string[] {
    return (this.#db.prepare('SELECT name FROM portal_accounts ORDER BY name').all() as Row[]).map(
      ({ name }) => name,
    )
  }

  #row(column: 'id' | 'name', value: string): Row | undefined {
    return this.#db.prepare(`SELECT * FROM portal_accounts WHERE ${column} = ?`).get(value) as
      Row | undefined
  }
}

function accountOf({ id, name, enrolled }: Row): Account {
  return { id, name, isEnrolled: enrolled === 1 }
}

/** What is wrong with a name for an account, or null. A colon would part the label of a key URI. */
export function faultOfName(name: string): string | null {
  return /^[^:\p{C}]{1,64}$/u.test(name) ? null : 'A name is 1 to 64 characters, without a colon.'
}

/** What is wrong with a password, or null (63B-4 3.1.1.2: length, and no other rule). */
export function faultOfPassword(password: string): string | null {
  return password.length >= 8 && password.length <= 256
    ? null
    : 'A password is 8 to 256 characters.'
}
