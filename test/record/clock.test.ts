import { generateTotp, OtpKey } from 'keystep/otp'
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
} from '../flow/house.ts'
import { peek, tamper } from './record.ts'
import { enrollSms, firstPermit, smsHouse } from '../flow/sms-house.ts'

const ahead = { code: 'ERR_CLOCK' }
const staff = { actor: 'support/7', reason: 'clock' }

async function settled() {
  const h = house()
  const user = await enroll(h.twoFactor, 'ada', h.clock)
  return { ...h, ...user }
}

describe('a record from ahead of this clock', () => {
  it('reads as an error everywhere, and as open, fresh or unlocked nowhere', async () => {
    const h = await settled()
    const asked = await challenge(h.twoFactor, 'ada')
    h.clock.advance({ minutes: 10 })
    const { device } = acceptedOf(
      await login(h.twoFactor, 'ada', h.phone.code(h.clock()), {
        rememberDevice: { label: 'Laptop' },
      }),
    )
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, h.phone))
    h.clock.advance({ minutes: -10 })
    const { twoFactor } = h
    const calls = [
      () => twoFactor.status({ userId: 'ada' }),
      () => twoFactor.login.begin({ userId: 'ada', deviceToken: device!.token.reveal() }),
      () => twoFactor.login.verify({ challenge: asked, code: h.backupCodes[0]! }),
      () =>
        twoFactor.stepUp.begin({
          userId: 'ada',
          sessionId: SESSION,
          purpose: 'dns.change',
          lastVerified: { assurance: 'mfa', verifiedAt: h.clock() },
        }),
      () =>
        twoFactor.stepUp.check({
          permit: leave,
          userId: 'ada',
          sessionId: SESSION,
          purpose: 'manage_factors',
        }),
      () => twoFactor.factors.removeAll({ permit: leave, sessionId: SESSION }),
      () => twoFactor.factors.rename({ userId: 'ada', factorId: h.factorId, label: 'x' }),
      () => twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION }),
      () => twoFactor.devices.revokeAll({ userId: 'ada' }),
      () => twoFactor.recovery.issueSupportCode({ userId: 'ada', ...staff }),
      () => twoFactor.recovery.passwordChanged({ userId: 'ada' }),
      () => twoFactor.totp.import({ userId: 'ada', key: new Uint8Array(20).fill(1) }),
    ]
    for (const call of calls) await expect(call()).rejects.toMatchObject(ahead)
    h.clock.advance({ minutes: 5 })
    expect(
      (await h.twoFactor.login.begin({ userId: 'ada', deviceToken: device!.token.reveal() })).next,
    ).toBe('proceed')
  })

  it('up to 5 minutes ahead it is one of several servers, and works', async () => {
    const h = await settled()
    h.clock.advance({ minutes: 5 })
    acceptedOf(await login(h.twoFactor, 'ada', h.phone.code(h.clock())))
    h.clock.advance({ minutes: -5 })
    expect(await login(h.twoFactor, 'ada', h.backupCodes[0]!)).toMatchObject({
      outcome: 'accepted',
    })
    expect(await login(h.twoFactor, 'ada', nextCode(h.clock, h.phone))).toMatchObject({
      outcome: 'rejected',
    })
  })

  it('a lock holds when the clock steps back', async () => {
    const h = await settled()
    for (let n = 0; n < 5; n++) await login(h.twoFactor, 'ada', wrongCode(h.phone, h.clock()))
    h.clock.advance({ minutes: -4 })
    expect(await login(h.twoFactor, 'ada', h.phone.code(h.clock()))).toMatchObject({
      reason: 'locked',
    })
  })

  it('a challenge spent on a server ahead stays spent on one behind', async () => {
    const h = await settled()
    const asked = await challenge(h.twoFactor, 'ada')
    h.clock.advance({ minutes: 4 })
    acceptedOf(await h.twoFactor.login.verify({ challenge: asked, code: h.backupCodes[0]! }))
    h.clock.advance({ minutes: 4 })
    acceptedOf(await login(h.twoFactor, 'ada', h.backupCodes[1]!))
    h.clock.advance({ minutes: -4 })
    expect(await h.twoFactor.login.verify({ challenge: asked, code: h.backupCodes[2]! })).toEqual({
      outcome: 'rejected',
      reason: 'expired',
    })
  })
})

describe('a token from ahead of this clock', () => {
  it('throws: challenge, permit, enrollment', async () => {
    const h = await settled()
    h.clock.advance({ minutes: 6 })
    const asked = await challenge(h.twoFactor, 'ada')
    const leave = await firstPermit(h, 'bob')
    const begun = acceptedOf(
      await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'bob' }),
    )
    h.clock.advance({ minutes: -6 })
    await expect(
      h.twoFactor.login.verify({ challenge: asked, code: h.backupCodes[0]! }),
    ).rejects.toMatchObject(ahead)
    await expect(
      h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'bob' }),
    ).rejects.toMatchObject(ahead)
    await expect(
      h.twoFactor.totp.confirm({
        enrollment: begun.enrollment,
        sessionId: SESSION,
        code: phoneOf(begun.keyUri).code(h.clock()),
      }),
    ).rejects.toMatchObject(ahead)
    await expect(
      h.twoFactor.totp.pending({ enrollment: begun.enrollment, sessionId: SESSION }),
    ).rejects.toMatchObject(ahead)
  })
})

describe('an authenticator whose last used step lies ahead', () => {
  const key = OtpKey.fromBytes(new Uint8Array(20).fill(4))
  const importAhead = async (h: ReturnType<typeof house>) => {
    const step = Math.floor(h.clock().getTime() / 30_000)
    const { factorId } = acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key }))
    // As a clock that ran ahead left it: no call of ours takes such a step.
    await tamper(h, 'ada', (subject) => ({
      ...subject,
      factors: subject.factors.map((one) =>
        one.id === factorId ? { ...one, lastUsedStep: step + 1000 } : one,
      ),
    }))
  }
  const bad = (h: ReturnType<typeof house>) => generateTotp(key, { at: h.clock() })

  it('throws, right or wrong, and compares and counts nothing: an error is no oracle', async () => {
    const h = house()
    await importAhead(h)
    h.store.reset()
    for (const code of [bad(h), '000000', '123456'])
      await expect(login(h.twoFactor, 'ada', code)).rejects.toMatchObject(ahead)
    expect(h.store.writes).toBe(0)
  })

  it('while backup codes and support codes still work', async () => {
    const h = await settled()
    await importAhead(h)
    expect(await login(h.twoFactor, 'ada', h.backupCodes[0]!)).toMatchObject({
      outcome: 'accepted',
    })
    const { supportCode } = acceptedOf(
      await h.twoFactor.recovery.issueSupportCode({ userId: 'ada', ...staff }),
    )
    expect(await login(h.twoFactor, 'ada', supportCode.reveal())).toMatchObject({
      outcome: 'enroll',
    })
  })

  it('only that one: the other authenticator logs in, and its replay is told', async () => {
    const h = await settled()
    await importAhead(h)
    const code = nextCode(h.clock, h.phone)
    expect(await login(h.twoFactor, 'ada', code)).toMatchObject({ outcome: 'accepted' })
    expect(await login(h.twoFactor, 'ada', code)).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
  })

  it('V3: beside another authenticator each error was counted first, so that guessing is limited as ever', async () => {
    const h = await settled()
    await importAhead(h)
    h.clock.advance({ seconds: 30 })
    for (let n = 1; n <= 5; n++) {
      await expect(login(h.twoFactor, 'ada', wrongCode(h.phone, h.clock()))).rejects.toMatchObject(
        ahead,
      )
      expect((await peek(h, 'ada')).attempts.codes.streak).toBe(n)
    }
    expect(await login(h.twoFactor, 'ada', h.phone.code(h.clock()))).toMatchObject({
      reason: 'locked',
    })
    expect(h.events.filter(({ type }) => type === 'code.rejected')).toHaveLength(5)
  })

  it('V3: beside a message in flight likewise, and the message’s code logs in', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    await importAhead(h)
    const asked = await challenge(h.twoFactor, 'ada')
    acceptedOf(await h.twoFactor.sms.send({ challenge: asked }))
    const { code } = h.outbox.at(-1)!
    const other = code === '000000' ? '000001' : '000000'
    await expect(h.twoFactor.login.verify({ challenge: asked, code: other })).rejects.toMatchObject(
      ahead,
    )
    expect((await peek(h, 'ada')).attempts.codes.streak).toBe(1)
    expect(
      await h.twoFactor.login.verify({ challenge: asked, code: other, factor: 'sms' }),
    ).toMatchObject({ reason: 'wrong_code', attemptsLeft: 3 })
    expect(await h.twoFactor.login.verify({ challenge: asked, code })).toMatchObject({
      outcome: 'accepted',
      failuresBefore: 2,
    })
  })
})
