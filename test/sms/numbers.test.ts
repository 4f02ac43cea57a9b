import { describe, expect, it } from 'vitest'
import { acceptedOf, challenge, enroll, login, nextCode, permit, SESSION } from '../flow/house.ts'
import { peek } from '../record/record.ts'
import {
  challengeWithCode,
  enrollNumber,
  enrollSms,
  firstPermit,
  notThe,
  smsHouse,
  smsPermit,
  texted,
} from '../flow/sms-house.ts'

const expired = { outcome: 'rejected', reason: 'expired' }

describe('enrolling a number', () => {
  it('63B-4 3.1.3.3: it counts once the code that it received came back, and brings backup codes', async () => {
    const h = smsHouse()
    const leave = await firstPermit(h, 'ada')
    const begun = acceptedOf(
      await h.twoFactor.sms.enroll({
        permit: leave,
        sessionId: SESSION,
        number: '+49 (151) 1234-5678',
      }),
    )
    expect(begun).toMatchObject({
      hint: '•••• 5678',
      resendAt: new Date(h.clock().getTime() + 30_000),
    })
    expect(h.outbox.at(-1)!.to).toBe('+4915112345678')
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({
      next: 'proceed',
      because: 'not_enrolled',
    })
    const confirmed = acceptedOf(
      await h.twoFactor.sms.confirm({
        enrollment: begun.enrollment,
        sessionId: SESSION,
        code: h.outbox.at(-1)!.code,
      }),
    )
    expect(confirmed.grant.toJSON()).toMatchObject({ assurance: 'mfa', amr: ['pwd', 'sms', 'mfa'] })
    expect(confirmed.backupCodes!.reveal()).toHaveLength(10)
    expect(await h.twoFactor.login.begin({ userId: 'ada' })).toMatchObject({ next: 'challenge' })
    expect(
      await h.twoFactor.sms.confirm({
        enrollment: begun.enrollment,
        sessionId: SESSION,
        code: h.outbox.at(-1)!.code,
      }),
    ).toEqual({ outcome: 'rejected', reason: 'already_used' })
  })

  it.each([
    '',
    '15112345678',
    '0049151123456',
    '+49151',
    '+0151123456789',
    '+49 (0)151 12345678',
    '+49 ( 0 151) 12345678',
    '+4915112345678901',
    '+49151123456a',
    '+490151 12345678',
    '+49 0 151 12345678',
    '+4900151 12345678',
    '+49 [0]151 12345678',
    '+49 \uff080\uff09151 12345678',
    '+49 151 (0)12345678',
    '+44 (0)20 79460000',
    '+1 0 500 555 0006',
    '\u207a4915112345678',
    '+49 151 1234567x',
    '+49 151 1234567 #2',
    '+49 151 12345678'.padEnd(65),
    '+'.repeat(41),
    'tel:+4915112345678',
    '+4915112345678;ext=1',
    '+4915112345678\u0000',
  ])('a number that is not E.164 is said at once, and nothing is sent: %j', async (number) => {
    const h = smsHouse()
    const leave = await firstPermit(h, 'ada')
    expect(await h.twoFactor.sms.enroll({ permit: leave, sessionId: SESSION, number })).toEqual({
      outcome: 'rejected',
      reason: 'malformed_number',
    })
    expect(h.outbox).toEqual([])
  })

  it('V21: a country that is not on the list is refused before anything is sent', async () => {
    const h = smsHouse()
    const leave = await firstPermit(h, 'ada')
    for (const number of ['+15005550006', '+882161234567', '+4012345678']) {
      expect(await h.twoFactor.sms.enroll({ permit: leave, sessionId: SESSION, number })).toEqual({
        outcome: 'rejected',
        reason: 'number_refused',
      })
      expect(
        await h.twoFactor.sms.import({ userId: 'ada', number, confirmedAt: h.clock() }),
      ).toEqual({ outcome: 'rejected', reason: 'number_refused' })
    }
    expect(h.outbox).toEqual([])
    expect(await h.store.keys()).toEqual([])
  })

  it('a wrong code is an attempt like any other: who confirms does not hold the secret', async () => {
    const h = smsHouse()
    const begun = acceptedOf(
      await h.twoFactor.sms.enroll({
        permit: await firstPermit(h, 'ada'),
        sessionId: SESSION,
        number: '+4915112345678',
      }),
    )
    const confirm = (code: string) =>
      h.twoFactor.sms.confirm({ enrollment: begun.enrollment, sessionId: SESSION, code })
    const { code } = h.outbox.at(-1)!
    expect(await confirm('12345')).toEqual({ outcome: 'rejected', reason: 'malformed_code' })
    for (let left = 4; left >= 0; left--)
      expect(await confirm(notThe(code))).toMatchObject({
        reason: 'wrong_code',
        attemptsLeft: left,
      })
    expect(await confirm(code)).toMatchObject({ reason: 'locked' })
    h.clock.advance({ seconds: 60 })
    expect(await confirm(code)).toMatchObject({ outcome: 'accepted', failuresBefore: 5 })
  })

  it('an enrollment begun again replaces the code: the older one’s is expired, and uncounted', async () => {
    const h = smsHouse()
    const leave = await firstPermit(h, 'ada')
    const enroll1 = async (number: string) =>
      acceptedOf(await h.twoFactor.sms.enroll({ permit: leave, sessionId: SESSION, number }))
        .enrollment
    const first = await enroll1('+4915112345678')
    h.clock.advance({ seconds: 30 })
    const second = await enroll1('+4915112345679')
    const { code } = h.outbox.at(-1)!
    expect(await h.twoFactor.sms.confirm({ enrollment: first, sessionId: SESSION, code })).toEqual(
      expired,
    )
    const confirmed = acceptedOf(
      await h.twoFactor.sms.confirm({ enrollment: second, sessionId: SESSION, code }),
    )
    expect(confirmed.failuresBefore).toBe(0)
    expect((await peek(h, 'ada')).factors).toMatchObject([{ number: '+4915112345679' }])
  })

  it('V15: of two parallel confirmations one wins, and with it one number', async () => {
    const h = smsHouse()
    const begun = acceptedOf(
      await h.twoFactor.sms.enroll({
        permit: await firstPermit(h, 'ada'),
        sessionId: SESSION,
        number: '+4915112345678',
      }),
    )
    const input = { enrollment: begun.enrollment, sessionId: SESSION, code: h.outbox.at(-1)!.code }
    const verdicts = await Promise.all(
      Array.from({ length: 10 }, () => h.twoFactor.sms.confirm(input)),
    )
    expect(verdicts.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1)
    expect((await peek(h, 'ada')).factors).toHaveLength(1)
  })

  it('V16: with a live factor a number needs leave that cost a code, and the password’s is not enough', async () => {
    const h = smsHouse()
    const early = await firstPermit(h, 'ada')
    const begun = acceptedOf(
      await h.twoFactor.sms.enroll({ permit: early, sessionId: SESSION, number: '+4915112345678' }),
    )
    const { code } = h.outbox.at(-1)!
    await enroll(h.twoFactor, 'ada', h.clock)
    expect(
      await h.twoFactor.sms.confirm({ enrollment: begun.enrollment, sessionId: SESSION, code }),
    ).toEqual(expired)
    expect(
      await h.twoFactor.sms.enroll({ permit: early, sessionId: SESSION, number: '+4915112345678' }),
    ).toEqual(expired)
    expect((await peek(h, 'ada')).factors).toMatchObject([{ kind: 'totp' }])
  })

  it('an enrollment of a number is none of an authenticator, nor the other way round', async () => {
    const h = smsHouse()
    const leave = await firstPermit(h, 'ada')
    const number = acceptedOf(
      await h.twoFactor.sms.enroll({ permit: leave, sessionId: SESSION, number: '+4915112345678' }),
    )
    const { code } = h.outbox.at(-1)!
    const app = acceptedOf(
      await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada' }),
    ).enrollment
    expect(
      await h.twoFactor.totp.confirm({ enrollment: number.enrollment, sessionId: SESSION, code }),
    ).toEqual(expired)
    expect(
      await h.twoFactor.totp.pending({ enrollment: number.enrollment, sessionId: SESSION }),
    ).toEqual(expired)
    expect(await h.twoFactor.sms.confirm({ enrollment: app, sessionId: SESSION, code })).toEqual(
      expired,
    )
    expect((await peek(h, 'ada')).attempts.failures).toBe(0)
  })
})

describe('numbers beside each other', () => {
  const [primary, backup, third] = ['+4915100000001', '+4915100000002', '+4915100000003'] as const

  async function withBackup() {
    const h = smsHouse()
    await enrollSms(h, 'ada', primary)
    h.clock.advance({ hours: 1 })
    const leave = await smsPermit(h, 'ada')
    h.clock.advance({ seconds: 30 })
    const { factorId } = await enrollNumber(h, leave, backup, true)
    h.clock.advance({ hours: 1 })
    return { ...h, backupId: factorId }
  }

  it('a backup number takes codes when it is asked for, and is shown as such', async () => {
    const h = await withBackup()
    const decision = await h.twoFactor.login.begin({ userId: 'ada' })
    if (decision.next !== 'challenge') throw new Error(decision.next)
    expect(decision.factors.slice(0, 2)).toEqual([
      { kind: 'sms', hint: '•••• 0001', to: 'primary' },
      { kind: 'sms', hint: '•••• 0002', to: 'backup' },
    ])
    const code = await texted(h, decision.challenge, { to: 'backup' })
    expect(h.outbox.at(-1)!.to).toBe(backup)
    expect(h.events.at(-1)).toMatchObject({ type: 'sms.sent', to: 'backup' })
    expect(await h.twoFactor.login.verify({ challenge: decision.challenge, code })).toMatchObject({
      outcome: 'accepted',
    })
  })

  it('a new number takes the place of the one in its role, and the owner is told of both', async () => {
    const h = await withBackup()
    h.events.length = 0
    const leave = await smsPermit(h, 'ada')
    h.clock.advance({ seconds: 30 })
    await enrollNumber(h, leave, third)
    expect(
      (await peek(h, 'ada')).factors.map(
        (factor) => factor.kind === 'sms' && [factor.number, factor.backup],
      ),
    ).toEqual([
      [backup, true],
      [third, false],
    ])
    expect(h.events.map(({ type }) => type).filter((type) => type.startsWith('factor.'))).toEqual([
      'factor.removed',
      'factor.enrolled',
    ])
  })

  it('V18: an import takes no number away, whatever its last four digits are', async () => {
    const h = await withBackup()
    const { challenge: asked, code } = await challengeWithCode(h, 'ada')
    for (const [number, isBackup] of [
      [third, false],
      [third, true],
      [`+436641234${primary.slice(-4)}`, false],
    ] as const) {
      const refused = await h.twoFactor.sms.import({
        userId: 'ada',
        number,
        backup: isBackup,
        confirmedAt: h.clock(),
      })
      expect(refused).toEqual({ outcome: 'rejected', reason: 'other_number' })
    }
    expect(h.events.some((event) => event.type === 'factor.removed')).toBe(false)
    acceptedOf(await h.twoFactor.login.verify({ challenge: asked, code }))
  })

  it('one number is one factor: as both it is the number alone', async () => {
    const h = smsHouse()
    await enrollSms(h, 'ada', primary)
    h.clock.advance({ hours: 1 })
    const leave = await smsPermit(h, 'ada')
    h.clock.advance({ seconds: 30 })
    await enrollNumber(h, leave, primary, true)
    expect((await peek(h, 'ada')).factors).toMatchObject([{ number: primary, backup: false }])
  })

  it('without its number a backup number becomes the number', async () => {
    const h = await withBackup()
    const { factorId } = (await h.twoFactor.status({ userId: 'ada' })).factors[0]!
    const leave = await smsPermit(h, 'ada')
    expect(
      await h.twoFactor.factors.remove({ permit: leave, sessionId: SESSION, factorId }),
    ).toMatchObject({ outcome: 'accepted', enrolled: true })
    expect((await peek(h, 'ada')).factors).toMatchObject([{ number: backup, backup: false }])
    h.clock.advance({ seconds: 30 })
    const { challenge: asked, code } = await challengeWithCode(h, 'ada')
    expect(h.outbox.at(-1)!.to).toBe(backup)
    acceptedOf(await h.twoFactor.login.verify({ challenge: asked, code }))
  })

  it('a first number asked for as backup is the number, and a flag that is merely truthy makes none', async () => {
    const h = smsHouse()
    const leave = await firstPermit(h, 'ada')
    const begun = acceptedOf(
      await h.twoFactor.sms.enroll({
        permit: leave,
        sessionId: SESSION,
        number: primary,
        backup: 'false' as unknown as boolean,
      }),
    )
    acceptedOf(
      await h.twoFactor.sms.confirm({
        enrollment: begun.enrollment,
        sessionId: SESSION,
        code: h.outbox.at(-1)!.code,
      }),
    )
    expect((await peek(h, 'ada')).factors).toMatchObject([{ backup: false }])
    const other = smsHouse()
    await enrollNumber(other, await firstPermit(other, 'ada'), primary, true)
    expect((await peek(other, 'ada')).factors).toMatchObject([{ backup: false }])
  })

  it('beside an authenticator a number is added and removed, each with a permit of its own', async () => {
    const h = smsHouse()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const { factorId, backupCodes } = await enrollNumber(
      h,
      await permit(h.twoFactor, 'ada', nextCode(h.clock, phone)),
      primary,
    )
    expect(backupCodes).toBeNull()
    acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, phone)))
    const leave = await permit(h.twoFactor, 'ada', nextCode(h.clock, phone))
    acceptedOf(await h.twoFactor.factors.remove({ permit: leave, sessionId: SESSION, factorId }))
    expect(await h.twoFactor.sms.send({ challenge: await challenge(h.twoFactor, 'ada') })).toEqual({
      outcome: 'rejected',
      reason: 'factor_unavailable',
    })
  })
})

describe('importing a number', () => {
  const input = { userId: 'ada', number: '+4915112345678' }

  it('takes what another system had confirmed, and is idempotent', async () => {
    const h = smsHouse()
    const confirmedAt = new Date('2025-05-05T00:00:00Z')
    expect(acceptedOf(await h.twoFactor.sms.import({ ...input, confirmedAt })).imported).toBe(true)
    expect(
      acceptedOf(await h.twoFactor.sms.import({ ...input, confirmedAt: confirmedAt.toISOString() }))
        .imported,
    ).toBe(false)
    const { challenge: asked, code } = await challengeWithCode(h, 'ada')
    acceptedOf(await h.twoFactor.login.verify({ challenge: asked, code }))
  })

  it('V17: a number that nobody confirmed, or will confirm, is refused', async () => {
    const h = smsHouse()
    for (const confirmedAt of [undefined, '', 'yes', new Date(h.clock().getTime() + 1)]) {
      await expect(
        h.twoFactor.sms.import({ ...input, confirmedAt: confirmedAt as Date }),
      ).rejects.toMatchObject({ code: 'ERR_OPTION' })
    }
    expect(
      await h.twoFactor.sms.import({ ...input, number: '015112345678', confirmedAt: h.clock() }),
    ).toEqual({ outcome: 'rejected', reason: 'malformed_number' })
  })
})
