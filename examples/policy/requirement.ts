import type { Requirement } from 'keystep'
import { byRole } from './by-role.ts'
import { fromADate } from './from-a-date.ts'
import type { FindUser, PortalUser } from './portal-facts.ts'
import { strictest } from './strictest.ts'

/** The policy of the whole portal, as `createTwoFactor({ requirement })` takes it. */
export function policyOf(findUser: FindUser): (userId: string) => Promise<Requirement> {
  const ownOf = (user: PortalUser): Requirement => strictest([byRole(user), fromADate(user)])
  return async (userId) => {
    const user = await findUser(userId)
    const account = user.accountId === null ? user : await findUser(user.accountId)
    return strictest([ownOf(user), ownOf(account)])
  }
}
