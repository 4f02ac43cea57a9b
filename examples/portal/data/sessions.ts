import type { Assurance } from 'keystep'
import type { Database } from './database.ts'

/**
 * A session as the pages see it. `sessionId` is the hash of what the cookie holds, so that the
 * table opens no session.
 */
export interface Session {
  sessionId: string
  userId: string
  firstFactorAt: string
  lastVerified: { assurance: Assurance; verifiedAt: string }
  /** Of keystep: the session goes on for as long as it is the user's current one. */
  securityStamp: string
  /** Wrong codes between the login before and this one. */
  failuresBefore: number
  /** Of an authenticator on its way. */
  enrollment: string | null
  number: NumberOnItsWay | null
}

/** A phone number that was sent a code. */
export interface NumberOnItsWay {
  enrollment: string
  e164: string
  backup: boolean
  hint: string
  resendAt: string
}

export interface SessionRows {
  add(
    row: Omit<Session, 'enrollment' | 'number'>,
    application: string,
    expiresAt: Date,
  ): Promise<void>
  find(sessionId: string, application: string, now: Date): Promise<Session | null>
  verified(sessionId: string, lastVerified: Session['lastVerified']): Promise<void>
  /** For the session that has itself made the change that ends the others. */
  keepStamp(sessionId: string, securityStamp: string): Promise<void>
  passwordProven(sessionId: string, at: Date): Promise<void>
  /** Of two tabs that begin at once, one wins: false for the other. */
  replaceEnrollment(
    sessionId: string,
    former: string | null,
    enrollment: string | null,
  ): Promise<boolean>
  keepNumber(sessionId: string, number: NumberOnItsWay): Promise<void>
  end(sessionId: string): Promise<void>
  /** Of every application, but for one session. */
  endOthers(userId: string, keptSessionId: string | null): Promise<void>
  /** Takes away what has expired; no session depends on when. */
  sweep(now: Date): Promise<void>
}

interface Row extends Omit<Session, 'lastVerified' | 'number'> {
  number: string | null
  assurance: Assurance
  verifiedAt: string
}

const COLUMNS =
  'id AS "sessionId", user_id AS "userId", first_factor_at AS "firstFactorAt", assurance, verified_at AS "verifiedAt", security_stamp AS "securityStamp", failures_before AS "failuresBefore", enrollment, number'

export function createSessionRows({ query }: Database): SessionRows {
  return {
    add: async (
      { sessionId, userId, firstFactorAt, lastVerified, securityStamp, failuresBefore },
      application,
      expiresAt,
    ) => {
      const columns =
        'id, application, user_id, first_factor_at, assurance, verified_at, failures_before, expires_at, security_stamp'
      const values = [
        sessionId,
        application,
        userId,
        firstFactorAt,
        lastVerified.assurance,
        lastVerified.verifiedAt,
        failuresBefore,
        expiresAt.toISOString(),
        securityStamp,
      ]
      await query(
        `INSERT INTO sessions (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        values,
      )
    },
    find: async (sessionId, application, now) => {
      const text = `SELECT ${COLUMNS} FROM sessions WHERE id = $1 AND application = $2 AND expires_at > $3`
      const [row] = await query<Row>(text, [sessionId, application, now.toISOString()])
      if (!row) return null
      const { assurance, verifiedAt, number, ...session } = row
      return {
        ...session,
        lastVerified: { assurance, verifiedAt },
        number: number === null ? null : (JSON.parse(number) as NumberOnItsWay),
      }
    },
    verified: async (sessionId, { assurance, verifiedAt }) => {
      await query('UPDATE sessions SET assurance = $2, verified_at = $3 WHERE id = $1', [
        sessionId,
        assurance,
        verifiedAt,
      ])
    },
    keepStamp: async (sessionId, securityStamp) => {
      const text = 'UPDATE sessions SET security_stamp = $2 WHERE id = $1'
      await query(text, [sessionId, securityStamp])
    },
    passwordProven: async (sessionId, at) => {
      await query('UPDATE sessions SET first_factor_at = $2 WHERE id = $1', [
        sessionId,
        at.toISOString(),
      ])
    },
    replaceEnrollment: async (sessionId, former, enrollment) => {
      const text =
        "UPDATE sessions SET enrollment = $2 WHERE id = $1 AND COALESCE(enrollment, '') = $3 RETURNING id"
      return (await query(text, [sessionId, enrollment, former ?? ''])).length === 1
    },
    keepNumber: async (sessionId, number) => {
      await query('UPDATE sessions SET number = $2 WHERE id = $1', [
        sessionId,
        JSON.stringify(number),
      ])
    },
    end: async (sessionId) => {
      await query('DELETE FROM step_ups WHERE session_id = $1', [sessionId])
      await query('DELETE FROM sessions WHERE id = $1', [sessionId])
    },
    endOthers: async (userId, keptSessionId) => {
      await query('DELETE FROM sessions WHERE user_id = $1 AND id <> $2', [
        userId,
        keptSessionId ?? '',
      ])
    },
    sweep: async (now) => {
      await query('DELETE FROM sessions WHERE expires_at <= $1', [now.toISOString()])
      await query('DELETE FROM pending_logins WHERE expires_at <= $1', [now.toISOString()])
      await query('DELETE FROM step_ups WHERE session_id NOT IN (SELECT id FROM sessions)')
    },
  }
}
