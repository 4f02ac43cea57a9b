// Prints what the policy asks of each user today and on the day: npx tsx examples/policy/main.ts
import { createKeyring, createTwoFactor, generateKeyringKey } from 'keystep'
import { memoryStore } from 'keystep/stores/memory'
import { BUSINESS_FROM } from './from-a-date.ts'
import type { PortalUser } from './portal-facts.ts'
import { policyOf } from './requirement.ts'

const nobodySpecial = { isStaff: false, isReseller: false, isBusiness: false, accountId: null }
const users: readonly PortalUser[] = [
  { ...nobodySpecial, id: 'customer' },
  { ...nobodySpecial, id: 'staff', isStaff: true },
  { ...nobodySpecial, id: 'reseller', isReseller: true },
  { ...nobodySpecial, id: 'business', isBusiness: true },
  { ...nobodySpecial, id: 'sub-account of customer', accountId: 'customer' },
  { ...nobodySpecial, id: 'sub-account of business', accountId: 'business' },
  { ...nobodySpecial, id: 'sub-account of reseller', accountId: 'reseller' },
]
const requirement = policyOf(async (userId) => {
  const user = users.find(({ id }) => id === userId)
  if (!user) throw new Error('no such user')
  return user
})
const house = {
  issuer: 'Example Hosting',
  store: memoryStore(),
  keyring: createKeyring(generateKeyringKey()),
  requirement,
}

/** What a login without a second factor comes to at an instant. */
async function answerAt(userId: string, at: Date): Promise<string> {
  const decision = await createTwoFactor({ ...house, now: () => at }).login.begin({ userId })
  return decision.next === 'proceed' && decision.enrollBy
    ? `proceed, enroll by ${decision.enrollBy.toISOString().slice(0, 10)}`
    : decision.next
}

const dayBefore = new Date(BUSINESS_FROM.getTime() - 86_400_000)
console.log('user'.padEnd(26), 'the day before'.padEnd(30), 'on the day')
for (const { id } of users)
  console.log(
    id.padEnd(26),
    (await answerAt(id, dayBefore)).padEnd(30),
    await answerAt(id, BUSINESS_FROM),
  )
