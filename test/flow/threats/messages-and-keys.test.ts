import { OtpKey } from 'keystep/otp'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as constantTime from '../../../src/crypto/constant-time.ts'
import { candidateSteps } from '../../../src/codes/totp-factor.ts'
import { acceptedOf, enroll, house, login, nextCode, wrongCode } from '../house.ts'
import { peek } from '../../record/record.ts'
import { challengeWithCode, enrollSms, notThe, smsHouse, texted } from '../sms-house.ts'

describe('threats: messages, devices and keys', () => {
  afterEach(() => vi.restoreAllMocks())

  it('V18: a device token belongs to one user and epoch, ends at a fixed instant, and can be revoked', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const remember = async () =>
      acceptedOf(
        await login(h.twoFactor, 'ada', nextCode(h.clock, phone), {
          rememberDevice: { label: 'Laptop' },
        }),
      ).device!.token.reveal()
    const next = async (deviceToken: string) =>
      (await h.twoFactor.login.begin({ userId: 'ada', deviceToken })).next
    const first = await remember()
    expect(await next(first)).toBe('proceed')
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect(await next(first)).toBe('challenge')
    const second = await remember()
    await h.twoFactor.devices.revokeAll({ userId: 'ada' })
    expect(await next(second)).toBe('challenge')
    const third = await remember()
    h.clock.advance({ days: 30 })
    expect(await next(third)).toBe('challenge')
  })

  it('V21: a day of pressing "send" costs 10 messages, to allowed countries and confirmed numbers alone', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    h.clock.advance({ days: 2 })
    h.outbox.length = 0
    for (let minute = 0; minute < 24 * 60; minute += 4) {
      const decision = await h.twoFactor.login.begin({ userId: 'ada' })
      if (decision.next !== 'challenge') throw new Error(decision.next)
      await h.twoFactor.sms.send({ challenge: decision.challenge })
      h.clock.advance({ minutes: 4 })
    }
    expect(h.outbox).toHaveLength(10)
    expect(new Set(h.outbox.map(({ to }) => to))).toEqual(new Set(['+4915112345678']))
  })

  it('V22: guess and resend, guess and resend: the budget is the same as without', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    const reasons = []
    for (let n = 0; n < 5; n++) {
      const { challenge: asked, code } = await challengeWithCode(h, 'ada')
      h.clock.advance({ seconds: 30 })
      const verdict = await h.twoFactor.login.verify({ challenge: asked, code: notThe(code) })
      reasons.push('reason' in verdict && verdict.reason)
      h.clock.advance({ minutes: 20 })
    }
    expect(reasons).toEqual(['wrong_code', 'wrong_code', 'wrong_code', 'wrong_code', 'wrong_code'])
    expect((await peek(h, 'ada')).attempts.codes.streak).toBe(5)
  })

  it('V23: the code goes to the sender once, and comes back from no call', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    const decision = await h.twoFactor.login.begin({ userId: 'ada' })
    if (decision.next !== 'challenge') throw new Error(decision.next)
    const sent = await h.twoFactor.sms.send({ challenge: decision.challenge })
    const { code, to } = h.outbox.at(-1)!
    const answers = [
      decision.factors,
      sent,
      await h.twoFactor.sms.send({ challenge: decision.challenge }),
      await h.twoFactor.status({ userId: 'ada' }),
      h.events,
    ]
    for (const answer of answers) {
      expect(JSON.stringify(answer)).not.toContain(code)
      expect(JSON.stringify(answer)).not.toContain(to)
    }
  })

  it('V25: every candidate step is computed, wherever the match lies, and MACs are compared in constant time', async () => {
    const h = smsHouse()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    acceptedOf(
      await h.twoFactor.sms.import({
        userId: 'ada',
        number: '+4915112345678',
        confirmedAt: h.clock(),
      }),
    )
    h.clock.advance({ minutes: 5 })
    const { challenge: asked } = await challengeWithCode(h, 'ada')
    const [factor] = (await peek(h, 'ada')).factors
    if (factor?.kind !== 'totp') throw new Error('no authenticator')
    expect(candidateSteps(factor, { past: 1, future: 1 }, h.clock().getTime())).toHaveLength(3)
    const compared = vi.spyOn(constantTime, 'equalText')
    const comparisons = []
    for (const code of [
      wrongCode(phone, h.clock()),
      phone.code(new Date(h.clock().getTime() - 30_000)),
    ]) {
      compared.mockClear()
      await h.twoFactor.login.verify({ challenge: asked, code })
      comparisons.push(compared.mock.calls.length)
    }
    // An authenticator's match does not spare the comparison with the message's code.
    expect(comparisons).toEqual([1, 1])
  })

  it('V25: a backup code whose name the set does not have costs the same slow hash', async () => {
    const h = house({ backupCodes: { count: 1 } })
    const { backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    const slow = vi.spyOn(crypto.subtle, 'deriveBits')
    const costs = []
    for (const code of [
      `Z${backupCodes[0]!.slice(1)}`,
      `${backupCodes[0]!.slice(0, -1)}${backupCodes[0]!.endsWith('0') ? '1' : '0'}`,
      backupCodes[0]!,
    ]) {
      slow.mockClear()
      await login(h.twoFactor, 'ada', code)
      costs.push(slow.mock.calls.map(([parameters]) => (parameters as Pbkdf2Params).iterations))
    }
    expect(costs).toEqual([[1000], [1000], [1000]])
  })

  it('V26: keys are made of 160 bits, and a short one is taken from an import that says so alone', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    expect(phone.key.byteLength).toBe(20)
    const short = new Uint8Array(10).fill(1)
    await expect(h.twoFactor.totp.import({ userId: 'bob', key: short })).rejects.toMatchObject({
      code: 'ERR_KEY',
    })
    expect(() => OtpKey.generate(15)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }))
    acceptedOf(await h.twoFactor.totp.import({ userId: 'bob', key: short, allowShortKey: true }))
    expect((await h.twoFactor.maintenance.summarize()).weakKeys).toBe(1)
  })

  it('V27: what was not written was not accepted', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const deaf = house({
      keyring: h.keyring,
      now: h.clock,
      store: { ...h.store, put: () => Promise.reject(new Error('disk full')) },
    })
    await expect(login(deaf.twoFactor, 'ada', nextCode(h.clock, phone))).rejects.toMatchObject({
      code: 'ERR_STORE',
    })
    acceptedOf(await login(h.twoFactor, 'ada', phone.code(h.clock())))
  })

  it('V22: a step-up’s message gives a login’s guesses nothing back either', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    const { challenge: asked, code } = await challengeWithCode(h, 'ada')
    for (let n = 0; n < 4; n++)
      await h.twoFactor.login.verify({ challenge: asked, code: notThe(code) })
    h.clock.advance({ seconds: 30 })
    const step = await h.twoFactor.stepUp.begin({ userId: 'ada', sessionId: 's', purpose: 'x' })
    if (step.next !== 'challenge') throw new Error(step.next)
    await texted(h, step.challenge, { sessionId: 's' })
    expect((await peek(h, 'ada')).attempts.codes.streak).toBe(4)
  })
})
