import type { FactorOffer } from 'keystep'
import type { Database } from './database.ts'

/** What a session holds for one purpose: a challenge on its way, and the permit it ended in. */
export interface StepUpRow {
  challenge: string | null
  factors: readonly FactorOffer[]
  permit: string | null
}

export interface StepUps {
  /** What is live of it. */
  find(sessionId: string, purpose: string, now: Date): Promise<StepUpRow>
  keepChallenge(
    sessionId: string,
    purpose: string,
    challenge: { challenge: string; factors: readonly FactorOffer[]; expiresAt: Date },
  ): Promise<void>
  /** The challenge ends with it. */
  keepPermit(
    sessionId: string,
    purpose: string,
    permit: { permit: string; expiresAt: Date },
  ): Promise<void>
  end(sessionId: string, purpose: string): Promise<void>
}

interface Row extends Omit<StepUpRow, 'factors'> {
  factors: string
  challengeUntil: string | null
  permitUntil: string | null
}

export function createStepUps({ query }: Database): StepUps {
  return {
    find: async (sessionId, purpose, now) => {
      const columns =
        'challenge, factors, challenge_until AS "challengeUntil", permit, permit_until AS "permitUntil"'
      const [row] = await query<Row>(
        `SELECT ${columns} FROM step_ups WHERE session_id = $1 AND purpose = $2`,
        [sessionId, purpose],
      )
      const isLive = (until: string | null | undefined): boolean =>
        until != null && until > now.toISOString()
      return {
        challenge: isLive(row?.challengeUntil) ? row!.challenge : null,
        factors: JSON.parse(row?.factors ?? '[]') as FactorOffer[],
        permit: isLive(row?.permitUntil) ? row!.permit : null,
      }
    },
    keepChallenge: async (sessionId, purpose, { challenge, factors, expiresAt }) => {
      const insert =
        'INSERT INTO step_ups (session_id, purpose, challenge, factors, challenge_until) VALUES ($1, $2, $3, $4, $5)'
      const update =
        'ON CONFLICT (session_id, purpose) DO UPDATE SET challenge = $3, factors = $4, challenge_until = $5, permit = NULL, permit_until = NULL'
      await query(`${insert} ${update}`, [
        sessionId,
        purpose,
        challenge,
        JSON.stringify(factors),
        expiresAt.toISOString(),
      ])
    },
    keepPermit: async (sessionId, purpose, { permit, expiresAt }) => {
      const insert =
        "INSERT INTO step_ups (session_id, purpose, factors, permit, permit_until) VALUES ($1, $2, '[]', $3, $4)"
      const update =
        "ON CONFLICT (session_id, purpose) DO UPDATE SET challenge = NULL, challenge_until = NULL, factors = '[]', permit = $3, permit_until = $4"
      await query(`${insert} ${update}`, [sessionId, purpose, permit, expiresAt.toISOString()])
    },
    end: async (sessionId, purpose) => {
      await query('DELETE FROM step_ups WHERE session_id = $1 AND purpose = $2', [
        sessionId,
        purpose,
      ])
    },
  }
}
