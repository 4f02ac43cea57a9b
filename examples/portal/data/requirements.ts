import type { Requirement } from 'keystep'
import type { Database } from './database.ts'

/** Who must use two-factor, as the main account has set it for its members. */
export interface Requirements {
  of(userId: string): Promise<Requirement>
  set(userId: string, requirement: Requirement): Promise<void>
}

export function createRequirements({ query }: Database): Requirements {
  return {
    of: async (userId) => {
      const [row] = await query<{ rule: string }>(
        'SELECT rule FROM requirements WHERE user_id = $1',
        [userId],
      )
      const rule = row?.rule ?? 'optional'
      return rule === 'optional' || rule === 'required' ? rule : { from: new Date(rule) }
    },
    set: async (userId, requirement) => {
      const rule = typeof requirement === 'string' ? requirement : requirement.from.toISOString()
      await query(
        'INSERT INTO requirements (user_id, rule) VALUES ($1, $2) ON CONFLICT (user_id) DO UPDATE SET rule = $2',
        [userId, rule],
      )
    },
  }
}
