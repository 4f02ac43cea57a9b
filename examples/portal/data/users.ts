import { randomUUID } from 'node:crypto'
import type { Database } from './database.ts'

export interface User {
  /** Random and for good: what keystep knows the user by. */
  id: string
  email: string
  name: string
  /** Of a sub-account: the user id of its main account. */
  accountId: string | null
  company: string
  isStaff: number
}

export interface Users {
  /** Null where the address is taken. */
  add(
    user: Pick<User, 'email' | 'name'> & Partial<User> & { password: string },
    now: Date,
  ): Promise<User | null>
  byId(id: string): Promise<User | null>
  byEmail(email: string): Promise<(User & { password: string }) | null>
  passwordOf(id: string): Promise<string | null>
  setPassword(id: string, password: string): Promise<void>
  /** The sub-accounts of a main account, by name. */
  membersOf(accountId: string): Promise<User[]>
}

const COLUMNS = 'id, email, name, account_id AS "accountId", company, is_staff AS "isStaff"'

export function createUsers({ query }: Database): Users {
  return {
    add: async ({ email, name, password, accountId = null, company = '', isStaff = 0 }, now) => {
      const values = [
        randomUUID(),
        emailOf(email),
        name,
        password,
        accountId,
        company,
        isStaff,
        now.toISOString(),
      ]
      const insert =
        'INSERT INTO users (id, email, name, password, account_id, company, is_staff, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)'
      const [added] = await query<User>(
        `${insert} ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
        values,
      )
      return added ?? null
    },
    byId: async (id) =>
      (await query<User>(`SELECT ${COLUMNS} FROM users WHERE id = $1`, [id]))[0] ?? null,
    byEmail: async (email) =>
      (
        await query<User & { password: string }>(
          `SELECT ${COLUMNS}, password FROM users WHERE email = $1`,
          [emailOf(email)],
        )
      )[0] ?? null,
    passwordOf: async (id) =>
      (await query<{ password: string }>('SELECT password FROM users WHERE id = $1', [id]))[0]
        ?.password ?? null,
    setPassword: async (id, password) => {
      await query('UPDATE users SET password = $2 WHERE id = $1', [id, password])
    },
    membersOf: (accountId) =>
      query<User>(`SELECT ${COLUMNS} FROM users WHERE account_id = $1 ORDER BY name, id`, [
        accountId,
      ]),
  }
}

/** One mailbox, one account: the same address in capitals is the same. */
function emailOf(typed: string): string {
  return typed.trim().toLowerCase()
}
