import { createHash } from 'node:crypto'
import type { FactorOffer } from 'keystep'
import type { Database } from './database.ts'
import type { NumberOnItsWay } from './sessions.ts'

/**
 * A login between the password and the session: what its pages show. It opens nothing; the token in
 * the cookie does.
 */
export interface LoginInProgress {
  userId: string
  factors: readonly FactorOffer[]
  /** Where a second factor is required and one is on its way: an authenticator, or a number. */
  enrollment: string | null
  number: NumberOnItsWay | null
}

/**
 * Named by the token that the browser holds: a challenge, or a permit to enroll. Only its hash is
 * kept.
 */
export interface Logins {
  keep(
    token: string,
    login: Omit<LoginInProgress, 'enrollment' | 'number'>,
    expiresAt: Date,
  ): Promise<void>
  find(token: string, now: Date): Promise<LoginInProgress | null>
  /** Of two tabs that begin at once, one wins: false for the other. */
  replaceEnrollment(token: string, former: string | null, enrollment: string): Promise<boolean>
  keepNumber(token: string, number: NumberOnItsWay): Promise<void>
  end(token: string): Promise<void>
}

type Row = Pick<LoginInProgress, 'userId' | 'enrollment'> & {
  factors: string
  number: string | null
}

export function createLogins({ query }: Database): Logins {
  return {
    keep: async (token, { userId, factors }, expiresAt) => {
      const insert =
        'INSERT INTO pending_logins (id, user_id, factors, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING'
      await query(insert, [idOf(token), userId, JSON.stringify(factors), expiresAt.toISOString()])
    },
    find: async (token, now) => {
      const text =
        'SELECT user_id AS "userId", factors, enrollment, number FROM pending_logins WHERE id = $1 AND expires_at > $2'
      const [row] = await query<Row>(text, [idOf(token), now.toISOString()])
      if (!row) return null
      const { userId, factors, enrollment, number } = row
      return {
        userId,
        factors: JSON.parse(factors) as FactorOffer[],
        enrollment,
        number: number === null ? null : (JSON.parse(number) as NumberOnItsWay),
      }
    },
    replaceEnrollment: async (token, former, enrollment) => {
      const text =
        "UPDATE pending_logins SET enrollment = $2 WHERE id = $1 AND COALESCE(enrollment, '') = $3 RETURNING id"
      return (await query(text, [idOf(token), enrollment, former ?? ''])).length === 1
    },
    keepNumber: async (token, number) => {
      await query('UPDATE pending_logins SET number = $2 WHERE id = $1', [
        idOf(token),
        JSON.stringify(number),
      ])
    },
    end: async (token) => {
      await query('DELETE FROM pending_logins WHERE id = $1', [idOf(token)])
    },
  }
}

function idOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
