import type { Database } from './database.ts'

/**
 * Cell phones that a main account proposes for its members. No factor: each member confirms the
 * number by a code sent to it.
 */
export interface ProposedPhones {
  /** In E.164, or null. */
  of(userId: string): Promise<string | null>
  propose(userId: string, number: string, proposedBy: string): Promise<void>
  withdraw(userId: string): Promise<void>
}

export function createProposedPhones({ query }: Database): ProposedPhones {
  return {
    of: async (userId) =>
      (
        await query<{ number: string }>('SELECT number FROM proposed_phones WHERE user_id = $1', [
          userId,
        ])
      )[0]?.number ?? null,
    propose: async (userId, number, proposedBy) => {
      const insert =
        'INSERT INTO proposed_phones (user_id, number, proposed_by) VALUES ($1, $2, $3)'
      await query(`${insert} ON CONFLICT (user_id) DO UPDATE SET number = $2, proposed_by = $3`, [
        userId,
        number,
        proposedBy,
      ])
    },
    withdraw: async (userId) => {
      await query('DELETE FROM proposed_phones WHERE user_id = $1', [userId])
    },
  }
}
