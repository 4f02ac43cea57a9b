import { describe, expect, it } from 'vitest'
import { acceptedOf, challenge, enroll, house, login, nextCode, SESSION } from './house.ts'
import { peek, tamper } from '../record/record.ts'
import { firstPermit } from './sms-house.ts'
import { enrolling, expired, redeem, settled, staff } from './staff-house.ts'

describe('reset', () => {
  it('takes everything off and ends everything, but for the sends of the day; actor and reason are kept', async () => {
    const h = await settled()
    const asked = await challenge(h.twoFactor, 'ada')
    const { device } = acceptedOf(
      await login(h.twoFactor, 'ada', h.phone.code(h.clock()), {
        rememberDevice: { label: 'Laptop' },
      }),
    )
    await tamper(h, 'ada', (subject) => ({
      ...subject,
      sms: { ...subject.sms, sentAt: [h.clock().getTime()] },
    }))
    h.store.reset()
    const done = await h.twoFactor.recovery.reset({
      userId: 'ada',
      actor: 'x'.repeat(100),
      reason: 'y'.repeat(400),
    })
    expect(done.supportCode.reveal()).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/)
    expect(h.store).toMatchObject({ reads: 1, writes: 1 })
    expect(done).toMatchObject({
      outcome: 'accepted',
      securityStamp: (await peek(h, 'ada')).epoch.id,
    })
    expect(await h.twoFactor.login.verify({ challenge: asked, code: h.backupCodes[0]! })).toEqual(
      expired,
    )
    const decision = await h.twoFactor.login.begin({
      userId: 'ada',
      deviceToken: device!.token.reveal(),
      expectEnrolled: true,
    })
    expect(decision).toMatchObject({ next: 'challenge', factors: [{ kind: 'support_code' }] })
    const record = await peek(h, 'ada')
    expect(record).toMatchObject({
      factors: [],
      backupCodes: null,
      devices: [],
      support: { redeemed: false },
      attempts: { failures: 0 },
      sms: { sentAt: [h.clock().getTime()] },
    })
    const { activity } = await h.twoFactor.status({ userId: 'ada' })
    expect(activity.map(({ type }) => type)).toEqual([
      'reset',
      'factor.removed',
      'device.remembered',
      'code.accepted',
      'factor.enrolled',
    ])
    expect(activity[0]).toMatchObject({
      type: 'reset',
      actor: 'x'.repeat(64),
      reason: 'y'.repeat(300),
    })
    const { enrollment, phone } = await enrolling(
      h.twoFactor,
      await redeem(h.twoFactor, done.supportCode.reveal()),
    )
    acceptedOf(await h.twoFactor.totp.confirm({ enrollment, code: phone.code(h.clock()) }))
    acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, phone)))
    expect((await peek(h, 'ada')).needsSupportCode).toBe(false)
  })

  it('works where there is no record, and on one that a clock ahead has written', async () => {
    const h = await settled()
    expect(await h.twoFactor.recovery.reset({ userId: 'bob', ...staff })).toMatchObject({
      outcome: 'accepted',
    })
    await tamper(h, 'ada', (subject) => ({
      ...subject,
      touchedAt: h.clock().getTime() + 86_400_000,
    }))
    await expect(h.twoFactor.login.begin({ userId: 'ada' })).rejects.toMatchObject({
      code: 'ERR_CLOCK',
    })
    expect(await h.twoFactor.recovery.reset({ userId: 'ada', ...staff })).toMatchObject({
      outcome: 'accepted',
    })
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({ next: 'challenge' })
  })

  it.each([{ actor: '' }, { reason: '' }, { actor: 7 }, { reason: undefined }])(
    'asks who and why: %j',
    async (change) => {
      const h = await settled()
      await expect(
        h.twoFactor.recovery.reset({ userId: 'ada', ...staff, ...(change as object) }),
      ).rejects.toMatchObject({ code: 'ERR_OPTION' })
      expect((await peek(h, 'ada')).factors).toHaveLength(1)
    },
  )
})

describe('after a reset the password alone', () => {
  async function resetUser(more: Parameters<typeof house>[0] = {}) {
    const h = house(more)
    const user = await enroll(h.twoFactor, 'ada', h.clock)
    h.clock.advance({ seconds: 30 })
    const { supportCode } = await h.twoFactor.recovery.reset({ userId: 'ada', ...staff })
    return { ...h, ...user, supportCode: supportCode.reveal() }
  }

  it.each(['optional', 'required'] as const)(
    'opens nothing (%s): a challenge for the support code, and no way round it',
    async (requirement) => {
      const h = await resetUser({ requirement: () => requirement })
      const decision = await h.twoFactor.login.begin({ userId: 'ada' })
      expect(decision).toMatchObject({ next: 'challenge', factors: [{ kind: 'support_code' }] })
      for (const code of [h.phone.code(h.clock()), h.backupCodes[0]!]) {
        expect(await login(h.twoFactor, 'ada', code)).toEqual({
          outcome: 'rejected',
          reason: 'factor_unavailable',
        })
      }
      expect(
        await h.twoFactor.stepUp.begin({
          userId: 'ada',
          sessionId: SESSION,
          purpose: 'manage_factors',
          firstFactorAt: h.clock(),
        }),
      ).toEqual({ next: 'confirm_first_factor' })
      expect(
        await h.twoFactor.stepUp.begin({
          userId: 'ada',
          sessionId: SESSION,
          purpose: 'dns.change',
          firstFactorAt: h.clock(),
        }),
      ).toEqual({ next: 'confirm_first_factor' })
    },
  )

  it('binds nothing after a password change either, nor once the code has run out or was typed for nothing', async () => {
    const h = await resetUser()
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    await redeem(h.twoFactor, h.supportCode)
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({ next: 'challenge' })
    h.clock.advance({ days: 100 })
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({ next: 'challenge' })
    const later = acceptedOf(
      await h.twoFactor.recovery.issueSupportCode({ userId: 'ada', ...staff }),
    )
    const { enrollment, phone } = await enrolling(
      h.twoFactor,
      await redeem(h.twoFactor, later.supportCode.reveal()),
    )
    acceptedOf(await h.twoFactor.totp.confirm({ enrollment, code: phone.code(h.clock()) }))
    expect((await h.twoFactor.login.begin({ userId: 'ada' })).next).toBe('challenge')
  })

  it('ends permits of the password that were minted where there was no record', async () => {
    const h = house()
    const leave = await firstPermit(h, 'bob')
    await h.twoFactor.recovery.reset({ userId: 'bob', ...staff })
    expect(
      await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'bob' }),
    ).toEqual(expired)
  })
})
