import fc from 'fast-check'
import type { Requirement, TwoFactor } from 'keystep'
import { describe, expect, it } from 'vitest'
import { byRole } from '../../examples/policy/by-role.ts'
import { BUSINESS_FROM, fromADate } from '../../examples/policy/from-a-date.ts'
import type { PortalUser } from '../../examples/policy/portal-facts.ts'
import { twoApplications, twoBrands } from '../../examples/policy/realms.ts'
import { policyOf } from '../../examples/policy/requirement.ts'
import { strictest } from '../../examples/policy/strictest.ts'
import {
  acceptedOf,
  challenge,
  enroll,
  house,
  nextCode,
  permit,
  type Phone,
  SESSION,
} from '../flow/house.ts'

const customer: PortalUser = {
  id: 'customer',
  isStaff: false,
  isReseller: false,
  isBusiness: false,
  accountId: null,
}
const users: readonly PortalUser[] = [
  customer,
  { ...customer, id: 'staff', isStaff: true },
  { ...customer, id: 'reseller', isReseller: true },
  { ...customer, id: 'business', isBusiness: true },
  { ...customer, id: 'sub of customer', accountId: 'customer' },
  { ...customer, id: 'sub of business', accountId: 'business' },
  { ...customer, id: 'sub of reseller', accountId: 'reseller' },
  { ...customer, id: 'staff, sub of customer', isStaff: true, accountId: 'customer' },
]
const requirement = policyOf(async (userId) => {
  const user = users.find(({ id }) => id === userId)
  if (!user) throw new Error('no such user')
  return user
})

/** A portal under the policy, a week before the business accounts' date. */
function portal() {
  const built = house({ requirement })
  built.clock.set(new Date(BUSINESS_FROM.getTime() - 7 * 86_400_000))
  return built
}

/** What follows the right password. */
async function next(twoFactor: TwoFactor, userId: string): Promise<string> {
  return (await twoFactor.login.begin({ userId })).next
}

describe('the policy of a portal, from its own facts', () => {
  it.each([
    ['customer', 'optional'],
    ['staff', 'required'],
    ['reseller', 'required'],
    ['business', { from: BUSINESS_FROM }],
    ['sub of customer', 'optional'],
    ['sub of business', { from: BUSINESS_FROM }],
    ['sub of reseller', 'required'],
    ['staff, sub of customer', 'required'],
  ] satisfies [string, Requirement][])('%s: %j', async (userId, expected) => {
    expect(await requirement(userId)).toEqual(expected)
  })

  it('resellers and staff enroll before they have a session, customers go on without', async () => {
    const { twoFactor } = portal()
    expect([
      await next(twoFactor, 'reseller'),
      await next(twoFactor, 'staff'),
      await next(twoFactor, 'customer'),
    ]).toEqual(['enroll', 'enroll', 'proceed'])
  })

  it('business accounts and their sub-accounts are reminded until the date, and held from it on', async () => {
    const { twoFactor, clock } = portal()
    for (const userId of ['business', 'sub of business']) {
      expect(await twoFactor.login.begin({ userId })).toMatchObject({
        next: 'proceed',
        because: 'not_enrolled',
        enrollBy: BUSINESS_FROM,
      })
    }
    clock.set(new Date(BUSINESS_FROM.getTime() - 1))
    expect([await next(twoFactor, 'business'), await next(twoFactor, 'sub of business')]).toEqual([
      'proceed',
      'proceed',
    ])
    clock.set(BUSINESS_FROM)
    expect([await next(twoFactor, 'business'), await next(twoFactor, 'sub of business')]).toEqual([
      'enroll',
      'enroll',
    ])
  })

  it('the last factor goes during the grace period and stays after it', async () => {
    const { twoFactor, clock } = portal()
    const remove = async (phone: Phone) =>
      twoFactor.factors.removeAll({
        permit: await permit(twoFactor, 'business', nextCode(clock, phone)),
        sessionId: SESSION,
      })
    expect(await remove((await enroll(twoFactor, 'business', clock)).phone)).toEqual({
      outcome: 'accepted',
      enrolled: false,
    })
    const { phone } = await enroll(twoFactor, 'business', clock)
    clock.set(BUSINESS_FROM)
    expect(await remove(phone)).toEqual({ outcome: 'rejected', reason: 'required' })
    expect(await next(twoFactor, 'business')).toBe('challenge')
  })

  it('any user id can enroll, main account or sub-account, each for itself', async () => {
    const { twoFactor, clock } = portal()
    for (const userId of ['customer', 'sub of customer']) await enroll(twoFactor, userId, clock)
    expect([await next(twoFactor, 'customer'), await next(twoFactor, 'sub of customer')]).toEqual([
      'challenge',
      'challenge',
    ])
    expect(await next(twoFactor, 'sub of business')).toBe('proceed')
  })

  it('a user that the portal cannot find is an exception, never "nobody must"', async () => {
    const { twoFactor } = portal()
    await expect(twoFactor.login.begin({ userId: 'nobody' })).rejects.toMatchObject({
      code: 'ERR_REQUIREMENT',
    })
  })
})

describe('the parts of it', () => {
  it('the strictest is the one that begins first, in any order', () => {
    const anyRequirement = fc.oneof(
      fc.constantFrom<Requirement>('optional', 'required'),
      fc
        .date({ noInvalidDate: true, min: new Date('2020-01-01'), max: new Date('2040-01-01') })
        .map((from): Requirement => ({ from })),
    )
    const heldAt = (one: Requirement, at: Date): boolean =>
      one === 'required' || (one !== 'optional' && one.from <= at)
    fc.assert(
      fc.property(
        fc.array(anyRequirement, { maxLength: 6 }),
        fc.date({ noInvalidDate: true, min: new Date('2019-01-01'), max: new Date('2041-01-01') }),
        (all, at) => {
          expect(heldAt(strictest(all), at)).toBe(all.some((one) => heldAt(one, at)))
        },
      ),
    )
  })

  it('a role and a date alone', () => {
    expect(users.filter((user) => byRole(user) === 'required').map(({ id }) => id)).toEqual([
      'staff',
      'reseller',
      'staff, sub of customer',
    ])
    expect(users.filter((user) => fromADate(user) !== 'optional').map(({ id }) => id)).toEqual([
      'business',
    ])
  })
})

describe('realms', () => {
  it('two applications with one realm share one enrollment: enrolled in one, asked and let in by the other', async () => {
    const { store, keyring } = house()
    const { portal: one, serverPanel } = twoApplications({ store, keyring })
    const { backupCodes } = await enroll(one, 'customer', () => new Date())
    const begun = await challenge(serverPanel, 'customer')
    expect(
      acceptedOf(await serverPanel.login.verify({ challenge: begun, code: backupCodes[0]! })).grant,
    ).toMatchObject({ userId: 'customer', assurance: 'mfa' })
    expect(
      await one.login.verify({
        challenge: await challenge(one, 'customer'),
        code: backupCodes[0]!,
      }),
    ).toEqual({ outcome: 'rejected', reason: 'already_used' })
    expect((await one.status({ userId: 'customer' })).backupCodesLeft).toBe(9)
  })

  it('two realms never see each other: neither the enrollment, nor the challenge, nor the codes', async () => {
    const { store, keyring } = house()
    const { brandA, brandB } = twoBrands({ store, keyring })
    const { backupCodes } = await enroll(brandA, 'customer', () => new Date())
    expect(await next(brandB, 'customer')).toBe('proceed')
    expect((await brandB.status({ userId: 'customer' })).enrolled).toBe(false)
    await enroll(brandB, 'customer', () => new Date())
    const begun = await challenge(brandA, 'customer')
    expect(await brandB.login.verify({ challenge: begun, code: backupCodes[0]! })).toEqual({
      outcome: 'rejected',
      reason: 'expired',
    })
    expect(
      await brandB.login.verify({
        challenge: await challenge(brandB, 'customer'),
        code: backupCodes[0]!,
      }),
    ).toMatchObject({ reason: 'wrong_code' })
    expect(
      acceptedOf(await brandA.login.verify({ challenge: begun, code: backupCodes[0]! })).grant
        .userId,
    ).toBe('customer')
  })
})
