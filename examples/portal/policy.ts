import type { Requirement } from 'keystep'
import { strictest } from '../policy/strictest.ts'
import type { Data } from './data/data.ts'

/**
 * Who must have a second factor, as `createTwoFactor({ requirement })` takes it: staff always, a
 * member by the strictest of what the account asks of everybody and of this member. It throws for
 * an unknown user: "nobody must" would be the wrong way to fail.
 */
export function policyOf({
  users,
  requirements,
}: Pick<Data, 'users' | 'requirements'>): (userId: string) => Promise<Requirement> {
  return async (userId) => {
    const user = await users.byId(userId)
    if (!user) throw new Error('no such user')
    if (user.isStaff) return 'required'
    const ofAccount = user.accountId === null ? 'optional' : await requirements.of(user.accountId)
    return strictest([ofAccount, await requirements.of(userId)])
  }
}
