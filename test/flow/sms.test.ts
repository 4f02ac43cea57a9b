import { describe, expect, it } from 'vitest'
import { acceptedOf, challenge, enroll, login, nextCode, permit, SESSION } from './house.ts'
import { peek, tamper } from '../record/record.ts'
import { challengeWithCode, enrollSms, firstPermit, notThe, smsHouse, texted } from './sms-house.ts'

const wrongWith = (attemptsLeft: number) => ({
  outcome: 'rejected',
  reason: 'wrong_code',
  attemptsLeft,
})

describe('logging in with a message', () => {
  it('63B-4 3.1.3.2: a code of 6 digits, for 5 minutes, to the number of the hint', async () => {
    const h = smsHouse()
    const { number } = await enrollSms(h, 'ada')
    const decision = await h.twoFactor.login.begin({ userId: 'ada' })
    if (decision.next !== 'challenge') throw new Error(decision.next)
    expect(decision.factors).toEqual([
      { kind: 'sms', hint: '•••• 5678', to: 'primary' },
      { kind: 'backup_code' },
    ])
    const sent = acceptedOf(await h.twoFactor.sms.send({ challenge: decision.challenge }))
    expect(sent).toEqual({
      outcome: 'accepted',
      hint: '•••• 5678',
      expiresAt: new Date(h.clock().getTime() + 300_000),
      resendAt: new Date(h.clock().getTime() + 30_000),
    })
    const { to, code } = h.outbox.at(-1)!
    expect([to, code]).toEqual([number, expect.stringMatching(/^\d{6}$/)])
    const { grant, backupCodesLeft } = acceptedOf(
      await h.twoFactor.login.verify({ challenge: decision.challenge, code }),
    )
    expect(grant.toJSON()).toMatchObject({
      userId: 'ada',
      amr: ['pwd', 'sms', 'mfa'],
      assurance: 'mfa',
    })
    expect(backupCodesLeft).toBe(10)
  })

  it('63B-4 3.1.3.2: a code is taken once', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    const { challenge: asked, code } = await challengeWithCode(h, 'ada')
    acceptedOf(await h.twoFactor.login.verify({ challenge: asked, code }))
    expect(await login(h.twoFactor, 'ada', code)).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
  })

  it('ASVS 6.6.2: the code of an earlier challenge is expired and uncounted, and only that very code', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    const { challenge: first, code } = await challengeWithCode(h, 'ada')
    const reloaded = await challenge(h.twoFactor, 'ada')
    h.store.reset()
    expect(await h.twoFactor.login.verify({ challenge: reloaded, code })).toEqual({
      outcome: 'rejected',
      reason: 'expired',
    })
    expect(h.store.writes).toBe(0)
    for (let left = 4; left >= 0; left--) {
      expect(
        await h.twoFactor.login.verify({ challenge: reloaded, code: notThe(code) }),
      ).toMatchObject(wrongWith(left))
    }
    expect(await h.twoFactor.login.verify({ challenge: reloaded, code })).toMatchObject({
      reason: 'locked',
    })
    expect(await h.twoFactor.login.verify({ challenge: first, code })).toMatchObject({
      reason: 'locked',
    })
  })

  it('ASVS 6.6.2: a code is good for its own challenge, and no other user’s', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    await enrollSms(h, 'bob')
    const { code } = await challengeWithCode(h, 'ada')
    const own = await challengeWithCode(h, 'bob')
    if (own.code !== code)
      expect(await h.twoFactor.login.verify({ challenge: own.challenge, code })).toMatchObject(
        wrongWith(4),
      )
    acceptedOf(await h.twoFactor.login.verify(own))
  })

  it('63B-4 3.1.3.2: a new code replaces the old one and gives no attempt back', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    const { challenge: asked, code: old } = await challengeWithCode(h, 'ada')
    expect(await h.twoFactor.login.verify({ challenge: asked, code: notThe(old) })).toEqual(
      wrongWith(4),
    )
    h.clock.advance({ seconds: 30 })
    const code = await texted(h, asked)
    if (code !== old)
      expect(await h.twoFactor.login.verify({ challenge: asked, code: old })).toEqual(wrongWith(3))
    expect(await h.twoFactor.login.verify({ challenge: asked, code: notThe(code) })).toMatchObject({
      reason: 'wrong_code',
    })
    expect((await peek(h, 'ada')).attempts.codes.streak).toBe(code === old ? 2 : 3)
    expect(await h.twoFactor.login.verify({ challenge: asked, code })).toMatchObject({
      outcome: 'accepted',
    })
  })

  it('V22: no number of sends gives back what wrong codes cost', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    for (let n = 1; n <= 4; n++) {
      const { challenge: asked, code } = await challengeWithCode(h, 'ada')
      expect(await h.twoFactor.login.verify({ challenge: asked, code: notThe(code) })).toEqual(
        wrongWith(5 - n),
      )
      h.clock.advance({ hours: 1 })
    }
    expect((await peek(h, 'ada')).attempts.codes).toMatchObject({ streak: 4 })
  })

  it('while codes are locked or exhausted nothing is sent', async () => {
    const h = smsHouse({ limits: { hardStop: 6 } })
    await enrollSms(h, 'ada')
    const { challenge: asked, code } = await challengeWithCode(h, 'ada')
    for (let n = 0; n < 5; n++)
      await h.twoFactor.login.verify({ challenge: asked, code: notThe(code) })
    const sent = h.outbox.length
    expect(await h.twoFactor.sms.send({ challenge: asked })).toEqual({
      outcome: 'rejected',
      reason: 'locked',
      retryAt: new Date(h.clock().getTime() + 60_000),
    })
    h.clock.advance({ seconds: 60 })
    await h.twoFactor.login.verify({ challenge: asked, code: notThe(code) })
    expect(await h.twoFactor.sms.send({ challenge: asked })).toEqual({
      outcome: 'rejected',
      reason: 'expired',
    })
    expect(await h.twoFactor.sms.send({ challenge: await challenge(h.twoFactor, 'ada') })).toEqual({
      outcome: 'rejected',
      reason: 'exhausted',
    })
    expect(h.outbox).toHaveLength(sent)
  })

  it('one field: an authenticator’s code, a message’s and a backup code beside each other', async () => {
    const h = smsHouse()
    const { phone, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    acceptedOf(
      await h.twoFactor.sms.import({
        userId: 'ada',
        number: '+4915112345678',
        confirmedAt: h.clock(),
      }),
    )
    const { challenge: asked, code } = await challengeWithCode(h, 'ada')
    expect(
      await h.twoFactor.login.verify({ challenge: asked, code, factor: 'totp' }),
    ).toMatchObject({ reason: code === phone.code(h.clock()) ? 'already_used' : 'wrong_code' })
    expect(
      acceptedOf(await h.twoFactor.login.verify({ challenge: asked, code })).grant.amr,
    ).toContain('sms')
    expect(
      acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, phone))).grant.amr,
    ).toContain('otp')
    acceptedOf(await login(h.twoFactor, 'ada', backupCodes[0]!))
  })

  it('a step-up is answered by a message, in its own session', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    const step = await h.twoFactor.stepUp.begin({
      userId: 'ada',
      sessionId: SESSION,
      purpose: 'dns.change',
    })
    if (step.next !== 'challenge') throw new Error(step.next)
    const { twoFactor } = h
    expect(await twoFactor.sms.send({ challenge: step.challenge })).toEqual({
      outcome: 'rejected',
      reason: 'expired',
    })
    expect(await twoFactor.sms.send({ challenge: step.challenge, sessionId: 'session-2' })).toEqual(
      { outcome: 'rejected', reason: 'expired' },
    )
    const code = await texted(h, step.challenge, { sessionId: SESSION })
    expect(
      await twoFactor.stepUp.verify({ challenge: step.challenge, code, sessionId: SESSION }),
    ).toMatchObject({ outcome: 'accepted' })
  })

  it('a spent or expired challenge sends nothing', async () => {
    const h = smsHouse()
    const { backupCodes } = await enrollSms(h, 'ada')
    const spent = await challenge(h.twoFactor, 'ada')
    acceptedOf(await h.twoFactor.login.verify({ challenge: spent, code: backupCodes[0]! }))
    const late = await challenge(h.twoFactor, 'ada')
    const sent = h.outbox.length
    expect(await h.twoFactor.sms.send({ challenge: spent })).toEqual({
      outcome: 'rejected',
      reason: 'expired',
    })
    h.clock.advance({ minutes: 5 })
    expect(await h.twoFactor.sms.send({ challenge: late })).toEqual({
      outcome: 'rejected',
      reason: 'expired',
    })
    expect(h.outbox).toHaveLength(sent)
  })

  it('V11: no number, no message: the offer stands only where a number is confirmed', async () => {
    const h = smsHouse()
    await enroll(h.twoFactor, 'ada', h.clock)
    const asked = await challenge(h.twoFactor, 'ada')
    for (const to of ['primary', 'backup', 'constructor', 'x'.repeat(1_000_000)]) {
      expect(await h.twoFactor.sms.send({ challenge: asked, to: to as 'primary' })).toEqual({
        outcome: 'rejected',
        reason: 'factor_unavailable',
      })
    }
    expect(h.outbox).toEqual([])
    expect(h.events.every(({ type }) => type !== 'sms.sent')).toBe(true)
  })

  it('the code is kept as a MAC, and leaves with the message alone', async () => {
    const h = smsHouse()
    const { number } = await enrollSms(h, 'ada')
    const { code } = await challengeWithCode(h, 'ada')
    const { sms } = await peek(h, 'ada')
    expect(sms.code!.mac).toMatch(/^[\w-]{43}$/)
    for (const told of [
      JSON.stringify(sms),
      JSON.stringify(h.events),
      JSON.stringify(await h.twoFactor.status({ userId: 'ada' })),
    ]) {
      expect(told).not.toContain(code)
      expect(told).not.toContain(number)
    }
  })

  it('a number whose country is refused now is not offered, and still a factor', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    const strict = smsHouse(
      { store: h.store, keyring: h.keyring, now: h.clock },
      { countries: ['+43'] },
    )
    const decision = await strict.twoFactor.login.begin({ userId: 'ada' })
    if (decision.next !== 'challenge') throw new Error(decision.next)
    expect(decision.factors).toEqual([{ kind: 'backup_code' }])
    expect(await strict.twoFactor.sms.send({ challenge: decision.challenge })).toEqual({
      outcome: 'rejected',
      reason: 'factor_unavailable',
    })
    expect(strict.outbox).toEqual([])
  })

  it('without the sms option a number still counts as enrolled, and its codes are unavailable', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    await tamper(h, 'ada', (subject) => ({ ...subject, backupCodes: null }))
    const without = smsHouse({ store: h.store, keyring: h.keyring, now: h.clock, sms: undefined })
    const decision = await without.twoFactor.login.begin({ userId: 'ada' })
    expect(decision).toMatchObject({ next: 'challenge', factors: [] })
    expect(await login(without.twoFactor, 'ada', '123456')).toEqual({
      outcome: 'rejected',
      reason: 'factor_unavailable',
    })
    await expect(without.twoFactor.sms.send({ challenge: 'x' })).rejects.toMatchObject({
      code: 'ERR_OPTION',
    })
  })
})

describe('the message', () => {
  it('is one part of GSM-7, and its last line binds the code to the page', async () => {
    const h = smsHouse(
      { issuer: 'Ŝerver „Köln“ 服务器 ☁ 12345678901234567890123456789012345678' },
      { originDomain: 'login.example.com' },
    )
    await enrollSms(h, 'ada')
    const { text, code } = h.outbox.at(-1)!
    expect(text.split('\n').at(-1)).toBe(`@login.example.com #${code}`)
    expect(text.length).toBeLessThanOrEqual(160)
    expect(text).toMatch(
      /^[A-Za-z0-9 @£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&'()*+,\-./:;<=>?¡ÄÖÑÜ§¿äöñüà]*$/,
    )
    expect(text).toContain('Server Köln 12345')
  })

  it.each(['Cash$&Carry', 'Pay$$ Hosting', "$'$`".repeat(16)])(
    'takes a name with dollar signs as it is: %s',
    async (issuer) => {
      const h = smsHouse({ issuer })
      await enrollSms(h, 'ada')
      const { text, code } = h.outbox.at(-1)!
      expect(text.split('\n')[0]).toBe(
        `${code} is your ${issuer.replaceAll('`', '')} code. Do not share it with anyone.`,
      )
    },
  )

  it('fits with the longest names', async () => {
    const h = smsHouse({ issuer: 'x'.repeat(64) }, { originDomain: `${'y'.repeat(76)}.com` })
    await enrollSms(h, 'ada')
    expect(h.outbox.at(-1)!.text.length).toBeLessThanOrEqual(160)
  })

  it('63B-4 3.2.12: digits are drawn without bias', async () => {
    const h = smsHouse()
    const counts = new Array<number>(10).fill(0)
    for (let n = 0; n < 300; n++) {
      const leave = await firstPermit(h, `user-${n}`)
      const number = `+49151${String(n).padStart(8, '0')}`
      acceptedOf(await h.twoFactor.sms.enroll({ permit: leave, sessionId: SESSION, number }))
      for (const digit of h.outbox.at(-1)!.code) counts[Number(digit)]!++
    }
    // 1,800 digits: 180 of each, and ten standard deviations are 127.
    expect(Math.min(...counts)).toBeGreaterThan(53)
    expect(Math.max(...counts)).toBeLessThan(307)
  })

  it('has no code of its own to manage factors with a login’s: every change costs another message', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada')
    const { challenge: asked, code } = await challengeWithCode(h, 'ada')
    acceptedOf(await h.twoFactor.login.verify({ challenge: asked, code }))
    await expect(permit(h.twoFactor, 'ada', code)).rejects.toThrow('already_used')
  })
})
