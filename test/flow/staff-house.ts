import type { Secret, TwoFactor } from 'keystep'
import { expect } from 'vitest'
import { acceptedOf, enroll, house, login, phoneOf } from './house.ts'

export const expired = { outcome: 'rejected', reason: 'expired' }
export const anyStamp = expect.stringMatching(/^[\w-]{22}$/) as string
export const staff = { actor: 'support/7', reason: 'lost phone and codes' }

export async function settled() {
  const h = house()
  const user = await enroll(h.twoFactor, 'ada', h.clock)
  h.clock.advance({ seconds: 30 })
  const issue = async () =>
    acceptedOf(
      await h.twoFactor.recovery.issueSupportCode({ userId: 'ada', ...staff }),
    ).supportCode.reveal()
  return { ...h, ...user, issue }
}

export async function redeem(twoFactor: TwoFactor, code: string): Promise<string> {
  const verdict = await login(twoFactor, 'ada', code)
  if (verdict.outcome !== 'enroll') throw new Error(JSON.stringify(verdict))
  return verdict.permit
}

/** Begins to enroll with a permit, up to the phone. */
export async function enrolling(twoFactor: TwoFactor, leave: string, sessionId?: string) {
  const begun = acceptedOf(
    await twoFactor.totp.enroll({ permit: leave, sessionId, account: 'ada' }),
  )
  return { enrollment: begun.enrollment, phone: phoneOf(begun.keyUri) }
}

/** After a reset: the code of support, typed at the login, and a new authenticator. */
export async function setUpAnew(
  twoFactor: TwoFactor,
  userId: string,
  supportCode: Secret<string>,
  now: () => Date,
) {
  const verdict = await login(twoFactor, userId, supportCode.reveal())
  if (verdict.outcome !== 'enroll') throw new Error(JSON.stringify(verdict))
  const { enrollment, phone } = await enrolling(twoFactor, verdict.permit)
  acceptedOf(await twoFactor.totp.confirm({ enrollment, code: phone.code(now()) }))
  return phone
}
