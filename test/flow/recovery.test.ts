import { describe, expect, it } from 'vitest'
import {
  acceptedOf,
  challenge,
  enroll,
  house,
  login,
  nextCode,
  permit,
  phoneOf,
  SESSION,
  wrongCode,
} from './house.ts'
import { peek } from '../record/record.ts'
import { firstPermit, notThe, smsHouse } from './sms-house.ts'
import { anyStamp, enrolling, expired, redeem, settled, staff } from './staff-house.ts'

describe('a support code', () => {
  it('63B-4 4.2.1.2: 20 characters, 24 hours, one outstanding', async () => {
    const h = await settled()
    const first = acceptedOf(
      await h.twoFactor.recovery.issueSupportCode({ userId: 'ada', ...staff }),
    )
    expect(first.supportCode.reveal()).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/)
    expect(first.expiresAt.getTime() - h.clock().getTime()).toBe(86_400_000)
    expect((await h.twoFactor.status({ userId: 'ada' })).supportCodeUntil).toEqual(first.expiresAt)
    const second = await h.issue()
    expect(await login(h.twoFactor, 'ada', first.supportCode.reveal())).toMatchObject({
      reason: 'wrong_code',
    })
    expect(await redeem(h.twoFactor, second)).toMatch(/^ksp_/)
    const third = await h.issue()
    h.clock.advance({ days: 1 })
    expect(await login(h.twoFactor, 'ada', third)).toEqual({
      outcome: 'rejected',
      reason: 'factor_unavailable',
    })
  })

  it('gives an enroll permit and never a grant; the confirming swap replaces everything and renews the epoch', async () => {
    const h = await settled()
    const other = acceptedOf(
      await h.twoFactor.totp.import({ userId: 'ada', key: new Uint8Array(20).fill(1) }),
    )
    const { device } = acceptedOf(
      await login(h.twoFactor, 'ada', h.phone.code(h.clock()), {
        rememberDevice: { label: 'Laptop' },
      }),
    )
    const dns = await permit(h.twoFactor, 'ada', nextCode(h.clock, h.phone), SESSION, 'dns.change')
    const before = await peek(h, 'ada')
    const leave = await redeem(h.twoFactor, await h.issue())
    // Redeemed, and nothing is gone yet.
    expect((await peek(h, 'ada')).factors.map(({ id }) => id)).toEqual([h.factorId, other.factorId])
    const begun = acceptedOf(await h.twoFactor.totp.enroll({ permit: leave, account: 'ada' }))
    const phone = phoneOf(begun.keyUri)
    h.store.reset()
    const confirmed = acceptedOf(
      await h.twoFactor.totp.confirm({ enrollment: begun.enrollment, code: phone.code(h.clock()) }),
    )
    expect(h.store).toMatchObject({ reads: 1, writes: 1 })
    expect(confirmed.grant).toMatchObject({ userId: 'ada', assurance: 'mfa' })
    expect(confirmed.backupCodes!.reveal()).toHaveLength(10)
    const after = await peek(h, 'ada')
    expect(after.factors.map(({ id }) => id)).toEqual([confirmed.factorId])
    expect(after).toMatchObject({ devices: [], support: null })
    expect(after.epoch.id).not.toBe(before.epoch.id)
    expect(
      (await h.twoFactor.login.begin({ userId: 'ada', deviceToken: device!.token.reveal() })).next,
    ).toBe('challenge')
    expect(await login(h.twoFactor, 'ada', nextCode(h.clock, h.phone))).toMatchObject({
      reason: 'wrong_code',
    })
    expect(await login(h.twoFactor, 'ada', h.backupCodes[0]!)).toMatchObject({
      reason: 'wrong_code',
    })
    expect(
      await h.twoFactor.stepUp.check({
        permit: dns,
        userId: 'ada',
        sessionId: SESSION,
        purpose: 'dns.change',
      }),
    ).toEqual(expired)
    expect(await login(h.twoFactor, 'ada', confirmed.backupCodes!.reveal()[0]!)).toMatchObject({
      outcome: 'accepted',
    })
    expect(h.events.filter(({ type }) => type === 'factor.removed')).toHaveLength(2)
  })

  it('its permit is good for enrolling alone, for 10 minutes, and for one enrollment', async () => {
    const h = await settled()
    const leave = await redeem(h.twoFactor, await h.issue())
    expect(await h.twoFactor.factors.removeAll({ permit: leave, sessionId: SESSION })).toEqual(
      expired,
    )
    expect(await h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION })).toEqual(
      expired,
    )
    expect(
      await h.twoFactor.stepUp.check({
        permit: leave,
        userId: 'ada',
        sessionId: SESSION,
        purpose: 'manage_factors',
      }),
    ).toEqual(expired)
    const [left, right] = [await enrolling(h.twoFactor, leave), await enrolling(h.twoFactor, leave)]
    acceptedOf(
      await h.twoFactor.totp.confirm({
        enrollment: left.enrollment,
        code: left.phone.code(h.clock()),
      }),
    )
    expect(
      await h.twoFactor.totp.confirm({
        enrollment: right.enrollment,
        code: right.phone.code(h.clock()),
      }),
    ).toEqual(expired)
    const late = await redeem(h.twoFactor, await h.issue())
    h.clock.advance({ seconds: 600 })
    expect(await h.twoFactor.totp.enroll({ permit: late, account: 'ada' })).toEqual(expired)
  })

  it('is typed once', async () => {
    const h = await settled()
    const code = await h.issue()
    await redeem(h.twoFactor, code)
    expect(await login(h.twoFactor, 'ada', code)).toEqual({
      outcome: 'rejected',
      reason: 'factor_unavailable',
    })
  })

  it('50 parallel redemptions of one code are one', async () => {
    const h = await settled()
    const code = await h.issue()
    const challenges = await Promise.all(
      Array.from({ length: 50 }, () => challenge(h.twoFactor, 'ada')),
    )
    const verdicts = await Promise.all(
      challenges.map((asked) => h.twoFactor.login.verify({ challenge: asked, code })),
    )
    expect(verdicts.filter(({ outcome }) => outcome === 'enroll')).toHaveLength(1)
  })

  it.each([
    [
      'an authenticator code',
      async (h: Awaited<ReturnType<typeof settled>>) =>
        acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, h.phone))),
    ],
    [
      'a backup code',
      async (h: Awaited<ReturnType<typeof settled>>) =>
        acceptedOf(await login(h.twoFactor, 'ada', h.backupCodes[0]!)),
    ],
    [
      'a step-up',
      async (h: Awaited<ReturnType<typeof settled>>) =>
        permit(h.twoFactor, 'ada', nextCode(h.clock, h.phone)),
    ],
    [
      'a reset',
      async (h: Awaited<ReturnType<typeof settled>>) =>
        h.twoFactor.recovery.reset({ userId: 'ada', ...staff }),
    ],
    ['a new support code', async (h: Awaited<ReturnType<typeof settled>>) => h.issue()],
  ])('is cancelled by %s, redeemed or not', async (_, cancel) => {
    const h = await settled()
    const { enrollment, phone } = await enrolling(
      h.twoFactor,
      await redeem(h.twoFactor, await h.issue()),
    )
    h.clock.advance({ seconds: 1 })
    await cancel(h)
    expect(await h.twoFactor.totp.confirm({ enrollment, code: phone.code(h.clock()) })).toEqual(
      expired,
    )
    const unredeemed = await settled()
    const code = await unredeemed.issue()
    await cancel(unredeemed)
    const decision = await unredeemed.twoFactor.login.begin({ userId: 'ada' })
    if (decision.next !== 'challenge') return
    expect(['wrong_code', 'factor_unavailable']).toContain(
      (
        (await unredeemed.twoFactor.login.verify({ challenge: decision.challenge, code })) as {
          reason: string
        }
      ).reason,
    )
  })

  it('is cancelled by the first code of another authenticator', async () => {
    const h = await settled()
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, h.phone))
    const second = await enrolling(h.twoFactor, leave, SESSION)
    const code = await h.issue()
    acceptedOf(
      await h.twoFactor.totp.confirm({
        enrollment: second.enrollment,
        sessionId: SESSION,
        code: second.phone.code(h.clock()),
      }),
    )
    expect(await login(h.twoFactor, 'ada', code)).toEqual({
      outcome: 'rejected',
      reason: 'factor_unavailable',
    })
  })

  it('V19: guesses at it and at backup codes are not counted, and keep nobody out', async () => {
    const h = await settled()
    const code = await h.issue()
    const { attempts } = await peek(h, 'ada')
    for (let n = 0; n < 200; n++) {
      const typed = n % 2 ? '0000-0000-0000-0000' : '0000-0000-0000-0000-0000'
      expect(await login(h.twoFactor, 'ada', typed)).toEqual({
        outcome: 'rejected',
        reason: 'wrong_code',
      })
    }
    expect((await peek(h, 'ada')).attempts).toEqual(attempts)
    expect(await login(h.twoFactor, 'ada', code)).toMatchObject({ outcome: 'enroll' })
  })

  it('is told to the owner, and there is none without a factor', async () => {
    const h = await settled()
    await h.issue()
    expect(h.events.at(-1)).toMatchObject({ type: 'support_code.issued', userId: 'ada', ...staff })
    expect(await h.twoFactor.recovery.issueSupportCode({ userId: 'bob', ...staff })).toEqual({
      outcome: 'rejected',
      reason: 'not_found',
    })
  })

  it('a number enrolled after it is the number, whatever it was meant to be', async () => {
    const h = smsHouse()
    await enroll(h.twoFactor, 'ada', h.clock)
    acceptedOf(
      await h.twoFactor.sms.import({
        userId: 'ada',
        number: '+4915100000001',
        confirmedAt: h.clock(),
      }),
    )
    const { supportCode } = acceptedOf(
      await h.twoFactor.recovery.issueSupportCode({ userId: 'ada', ...staff }),
    )
    const leave = await redeem(h.twoFactor, supportCode.reveal())
    const begun = acceptedOf(
      await h.twoFactor.sms.enroll({ permit: leave, number: '+4915100000002', backup: true }),
    )
    expect(
      await h.twoFactor.sms.confirm({
        enrollment: begun.enrollment,
        code: notThe(h.outbox.at(-1)!.code),
      }),
    ).toMatchObject({ reason: 'wrong_code' })
    const confirmed = acceptedOf(
      await h.twoFactor.sms.confirm({ enrollment: begun.enrollment, code: h.outbox.at(-1)!.code }),
    )
    expect(confirmed.backupCodes!.reveal()).toHaveLength(10)
    expect((await peek(h, 'ada')).factors).toMatchObject([
      { kind: 'sms', number: '+4915100000002', backup: false },
    ])
  })
})

describe('passwordChanged', () => {
  it('V28: leaves factors, backup codes and counters, and ends challenge, device and pending enrollment', async () => {
    const h = await settled()
    const { device } = acceptedOf(
      await login(h.twoFactor, 'ada', h.phone.code(h.clock()), {
        rememberDevice: { label: 'Laptop' },
      }),
    )
    expect(await login(h.twoFactor, 'ada', wrongCode(h.phone, h.clock()))).toMatchObject({
      reason: 'wrong_code',
    })
    const asked = await challenge(h.twoFactor, 'ada')
    const before = await peek(h, 'ada')
    expect(await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })).toEqual({
      outcome: 'accepted',
      securityStamp: anyStamp,
    })
    const after = await peek(h, 'ada')
    expect([after.factors, after.backupCodes, after.attempts]).toEqual([
      before.factors,
      before.backupCodes,
      before.attempts,
    ])
    expect(
      await h.twoFactor.login.verify({ challenge: asked, code: nextCode(h.clock, h.phone) }),
    ).toEqual(expired)
    expect(
      (await h.twoFactor.login.begin({ userId: 'ada', deviceToken: device!.token.reveal() })).next,
    ).toBe('challenge')
    expect(await login(h.twoFactor, 'ada', h.phone.code(h.clock()))).toMatchObject({
      outcome: 'accepted',
    })
  })

  it('creates a record where there is none, so that what was issued before has ended', async () => {
    const h = house()
    const leave = await firstPermit(h, 'ada')
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect(
      await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada' }),
    ).toEqual(expired)
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({
      next: 'proceed',
      because: 'not_enrolled',
    })
  })
})
