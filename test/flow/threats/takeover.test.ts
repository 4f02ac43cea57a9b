import { describe, expect, it } from 'vitest'
import {
  acceptedOf,
  challenge,
  enroll,
  house,
  type House,
  login,
  nextCode,
  permit,
  phoneOf,
  SESSION,
} from '../house.ts'
import { peek } from '../../record/record.ts'
import { firstPermit, smsHouse } from '../sms-house.ts'

const expired = { outcome: 'rejected', reason: 'expired' }

/** Everything that somebody who holds a permit, or a text that might be one, can try to change. */
async function tryEverything(
  { twoFactor }: House,
  given: string,
  sessionId: string,
  factorId: string,
) {
  return [
    await twoFactor.totp.enroll({ permit: given, sessionId, account: 'ada' }),
    await twoFactor.sms.enroll({ permit: given, sessionId, number: '+4915100000666' }),
    await twoFactor.factors.remove({ permit: given, sessionId, factorId }),
    await twoFactor.factors.removeAll({ permit: given, sessionId }),
    await twoFactor.backupCodes.regenerate({ permit: given, sessionId }),
  ]
}

async function victim() {
  const h = smsHouse()
  const user = await enroll(h.twoFactor, 'ada', h.clock)
  h.clock.advance({ seconds: 30 })
  return { ...h, ...user }
}

describe('threats: lasting takeover', () => {
  it('V14: one stolen session changes nothing: every change asks for a code of its own', async () => {
    const h = await victim()
    const { grant } = acceptedOf(await login(h.twoFactor, 'ada', h.phone.code(h.clock())))
    const before = await peek(h, 'ada')
    const { assurance, verifiedAt } = grant
    const step = await h.twoFactor.stepUp.begin({
      userId: 'ada',
      sessionId: SESSION,
      purpose: 'manage_factors',
      firstFactorAt: h.clock(),
      lastVerified: { assurance, verifiedAt },
    })
    if (step.next !== 'challenge') throw new Error(step.next)
    const dns = await h.twoFactor.stepUp.begin({
      userId: 'ada',
      sessionId: SESSION,
      purpose: 'dns.change',
      lastVerified: { assurance, verifiedAt },
    })
    if (dns.next !== 'proceed') throw new Error(dns.next)
    for (const given of [dns.permit, '', 'ksp_x.y.z']) {
      expect(await tryEverything(h, given, SESSION, h.factorId)).toEqual([
        expired,
        expired,
        expired,
        expired,
        expired,
      ])
    }
    const after = await peek(h, 'ada')
    expect([after.factors, after.backupCodes, after.epoch]).toEqual([
      before.factors,
      before.backupCodes,
      before.epoch,
    ])
  })

  it('V14: one phished code buys a login or a permit, never both, and no second use', async () => {
    const h = await victim()
    const phished = h.phone.code(h.clock())
    acceptedOf(await login(h.twoFactor, 'ada', phished))
    await expect(permit(h.twoFactor, 'ada', phished)).rejects.toThrow('already_used')
    // The other way round he has a permit and no session that it is bound to would be his own.
    const next = nextCode(h.clock, h.phone)
    const leave = await permit(h.twoFactor, 'ada', next, 'session-of-the-victim')
    expect(await login(h.twoFactor, 'ada', next)).toMatchObject({ reason: 'already_used' })
    expect(await tryEverything(h, leave, 'session-of-the-adversary', h.factorId)).toEqual([
      expired,
      expired,
      expired,
      expired,
      expired,
    ])
  })

  it('V14: one permit makes one change, though it was begun twice', async () => {
    const h = await victim()
    const leave = await permit(h.twoFactor, 'ada', h.phone.code(h.clock()))
    const begun = acceptedOf(
      await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada' }),
    )
    acceptedOf(await h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION }))
    const code = phoneOf(begun.keyUri).code(h.clock())
    expect(
      await h.twoFactor.totp.confirm({ enrollment: begun.enrollment, sessionId: SESSION, code }),
    ).toEqual(expired)
    expect(await tryEverything(h, leave, SESSION, h.factorId)).toEqual([
      expired,
      expired,
      expired,
      expired,
      expired,
    ])
  })

  it('V14: what a change was is told, and what was there before is not silently gone', async () => {
    const h = await victim()
    const leave = await permit(h.twoFactor, 'ada', h.phone.code(h.clock()))
    const begun = acceptedOf(
      await h.twoFactor.totp.enroll({
        permit: leave,
        sessionId: SESSION,
        account: 'ada',
        label: 'Tablet',
      }),
    )
    const context = { ip: '198.51.100.9' }
    acceptedOf(
      await h.twoFactor.totp.confirm({
        enrollment: begun.enrollment,
        sessionId: SESSION,
        code: phoneOf(begun.keyUri).code(h.clock()),
        context,
      }),
    )
    expect(h.events.at(-1)).toMatchObject({
      type: 'factor.enrolled',
      label: 'Tablet',
      userId: 'ada',
      ...context,
    })
    expect((await peek(h, 'ada')).factors).toHaveLength(2)
  })

  it('V15: beginning, repeating and abandoning an enrollment leave the live key as it is', async () => {
    const h = await victim()
    const before = await peek(h, 'ada')
    const leave = await permit(h.twoFactor, 'ada', h.phone.code(h.clock()))
    for (let n = 0; n < 5; n++) {
      const begun = acceptedOf(
        await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada' }),
      )
      expect(
        await h.twoFactor.totp.confirm({
          enrollment: begun.enrollment,
          sessionId: SESSION,
          code: '12345',
        }),
      ).toMatchObject({ reason: 'malformed_code' })
    }
    expect(
      (await peek(h, 'ada')).factors.map((factor) => factor.kind === 'totp' && factor.key),
    ).toEqual(before.factors.map((factor) => factor.kind === 'totp' && factor.key))
    acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, h.phone)))
  })

  it('V16: with a factor enrolled, a login gives no permit to enroll, and one from before it is worth nothing', async () => {
    const h = smsHouse({ requirement: () => 'required' })
    const early = await h.twoFactor.login.begin({ userId: 'ada' })
    if (early.next !== 'enroll') throw new Error(early.next)
    const pending = acceptedOf(
      await h.twoFactor.totp.enroll({ permit: early.permit, account: 'ada' }),
    )
    const own = await firstPermit(h, 'ada')
    const { factorId } = await enroll(h.twoFactor, 'ada', h.clock)
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({ next: 'challenge' })
    expect(await tryEverything(h, early.permit, SESSION, factorId)).toEqual([
      expired,
      expired,
      expired,
      expired,
      expired,
    ])
    expect(await tryEverything(h, own, SESSION, factorId)).toEqual([
      expired,
      expired,
      expired,
      expired,
      expired,
    ])
    expect(
      await h.twoFactor.totp.confirm({
        enrollment: pending.enrollment,
        code: phoneOf(pending.keyUri).code(h.clock()),
      }),
    ).toEqual(expired)
    expect(h.outbox).toEqual([])
  })

  it('V17: nothing is enrolled before its code came back, so that nobody locks himself out', async () => {
    const h = house()
    const leave = await firstPermit(h, 'ada')
    acceptedOf(await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada' }))
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({
      next: 'proceed',
      because: 'not_enrolled',
    })
    expect(await h.store.keys()).toEqual([])
  })

  it('V28: a password reset by e-mail leaves the second factor, and logs nobody in', async () => {
    const h = await victim()
    const asked = await challenge(h.twoFactor, 'ada')
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect(await h.twoFactor.login.begin({ userId: 'ada', expectEnrolled: true })).toMatchObject({
      next: 'challenge',
    })
    expect(
      await h.twoFactor.login.verify({ challenge: asked, code: h.phone.code(h.clock()) }),
    ).toEqual(expired)
    const step = await h.twoFactor.stepUp.begin({
      userId: 'ada',
      sessionId: SESSION,
      purpose: 'manage_factors',
      firstFactorAt: h.clock(),
    })
    expect(step).toMatchObject({ next: 'challenge' })
  })

  it('ASVS 6.4.6: support starts a recovery and never sees, chooses or gets a factor by it', async () => {
    const h = await victim()
    const issued = acceptedOf(
      await h.twoFactor.recovery.issueSupportCode({
        userId: 'ada',
        actor: 'support/7',
        reason: 'lost',
      }),
    )
    expect(Object.keys(issued).sort()).toEqual(['expiresAt', 'outcome', 'supportCode'])
    // With the code alone, without the password, there is no challenge to type it at; the record is
    // as it was.
    expect((await peek(h, 'ada')).factors).toHaveLength(1)
    acceptedOf(await login(h.twoFactor, 'ada', h.phone.code(h.clock())))
    expect(await login(h.twoFactor, 'ada', issued.supportCode.reveal())).toEqual({
      outcome: 'rejected',
      reason: 'factor_unavailable',
    })
  })
})
