import { describe, expect, it } from 'vitest'
import type { Limits } from 'keystep'
import {
  acceptedOf,
  challenge,
  enroll,
  house,
  type House,
  login,
  nextCode,
  permit,
  type Phone,
  phoneOf,
  SESSION,
  wrongCode,
} from '../flow/house.ts'
import { markImported, peek } from '../record/record.ts'

const WRONG_BACKUP = '0000-0000-0000-0000'
const codes =
  (phone: Phone, { clock }: House) =>
  () =>
    wrongCode(phone, clock())
const backups = () => () => WRONG_BACKUP

/** Types wrong codes, waiting out each lock; returns the verdicts. */
async function guess(h: House, times: number, wrong: () => string, userId = 'ada') {
  const verdicts = []
  for (let n = 0; n < times; n++) {
    const verdict = await login(h.twoFactor, userId, wrong())
    verdicts.push(verdict)
    if (verdict.outcome === 'rejected' && verdict.reason === 'wrong_code' && verdict.retryAt)
      h.clock.set(verdict.retryAt)
  }
  return verdicts
}

/** A user whose backup codes came from another system, so that wrong ones are counted. */
async function settled(limits?: Limits) {
  const h = house({ limits })
  const user = await enroll(h.twoFactor, 'ada', h.clock)
  await markImported(h)
  h.clock.advance({ minutes: 1 })
  return { h, ...user }
}

describe.each([
  ['codes', (phone: Phone, h: House) => codes(phone, h)],
  ['recovery', () => backups()],
] as const)('the counter of %s', (name, wrongOf) => {
  it('RFC 4226 7.3: 5 free, then a minute, doubled at each wrong code up to an hour', async () => {
    const { h, phone } = await settled()
    const wrong = wrongOf(phone, h)
    const locks: number[] = []
    for (let n = 1; n <= 14; n++) {
      const verdict = await login(h.twoFactor, 'ada', wrong())
      const retryAt = 'retryAt' in verdict ? verdict.retryAt : undefined
      expect(verdict).toEqual({
        outcome: 'rejected',
        reason: 'wrong_code',
        attemptsLeft: Math.max(0, 5 - n),
        ...(retryAt && { retryAt }),
      })
      locks.push(retryAt ? (retryAt.getTime() - h.clock().getTime()) / 1000 : 0)
      if (!retryAt) continue
      expect(await login(h.twoFactor, 'ada', wrong())).toEqual({
        outcome: 'rejected',
        reason: 'locked',
        retryAt,
      })
      h.clock.set(new Date(retryAt.getTime() - 1))
      expect(await login(h.twoFactor, 'ada', wrong())).toEqual({
        outcome: 'rejected',
        reason: 'locked',
        retryAt,
      })
      h.clock.set(retryAt)
    }
    expect(locks).toEqual([0, 0, 0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600])
  })

  it('63B-4 3.2.2: a hard stop at 50 in a row, and time does not melt it', async () => {
    const { h, phone } = await settled()
    const verdicts = await guess(h, 50, wrongOf(phone, h))
    expect(
      verdicts.every((verdict) => 'reason' in verdict && verdict.reason === 'wrong_code'),
    ).toBe(true)
    expect(verdicts.at(-1)).toEqual({ outcome: 'rejected', reason: 'wrong_code', attemptsLeft: 0 })
    expect(h.events.at(-1)).toMatchObject({ type: 'exhausted', counter: name })
    for (const days of [0, 31, 365]) {
      h.clock.advance({ days })
      expect(await login(h.twoFactor, 'ada', wrongOf(phone, h)())).toEqual({
        outcome: 'rejected',
        reason: 'exhausted',
      })
    }
  })

  it('RFC 4226 7.2: tells the owner from 5 in a row on that the password is known', async () => {
    const { h, phone } = await settled()
    await guess(h, 6, wrongOf(phone, h))
    const told = h.events.filter(({ type }) => type === 'code.rejected')
    expect(told).toMatchObject(
      [1, 2, 3, 4, 5, 6].map((inARow) => ({
        counter: name,
        inARow,
        within30Days: inARow,
        passwordKnown: inARow >= 5,
      })),
    )
  })

  it('PCI DSS 8.3.4: ten wrong codes in a row, and no right one is taken for 32 minutes', async () => {
    const { h, phone, backupCodes } = await settled()
    await guess(h, 9, wrongOf(phone, h))
    const tenth = await login(h.twoFactor, 'ada', wrongOf(phone, h)())
    const until = new Date(h.clock().getTime() + 32 * 60_000)
    expect(tenth).toMatchObject({ reason: 'wrong_code', attemptsLeft: 0, retryAt: until })
    const right = () => (name === 'codes' ? phone.code(h.clock()) : backupCodes[0]!)
    h.clock.set(new Date(until.getTime() - 1))
    expect(await login(h.twoFactor, 'ada', right())).toEqual({
      outcome: 'rejected',
      reason: 'locked',
      retryAt: until,
    })
    h.clock.set(until)
    expect(await login(h.twoFactor, 'ada', right())).toMatchObject({ outcome: 'accepted' })
  })

  it('locked or stopped, the other one goes on', async () => {
    const { h, phone, backupCodes } = await settled({ hardStop: 6 })
    await guess(h, 6, wrongOf(phone, h))
    const other = name === 'codes' ? backupCodes[0]! : phone.code(h.clock())
    expect(await login(h.twoFactor, 'ada', other)).toMatchObject({
      outcome: 'accepted',
      failuresBefore: 6,
    })
  })
})

describe('the interplay of both counters', () => {
  it('an authenticator code ends the streak of codes alone', async () => {
    const { h, phone } = await settled()
    await guess(h, 3, codes(phone, h))
    await guess(h, 3, backups())
    expect(await login(h.twoFactor, 'ada', phone.code(h.clock()))).toMatchObject({
      outcome: 'accepted',
      failuresBefore: 6,
    })
    const { attempts } = await peek(h, 'ada')
    expect(attempts).toMatchObject({
      codes: { streak: 0, lockedUntil: 0 },
      recovery: { streak: 3 },
      failures: 0,
    })
    expect(attempts.codes.wrongAt).toHaveLength(3)
  })

  it('a backup code ends both streaks, and no 30-day count', async () => {
    const { h, phone, backupCodes } = await settled()
    await guess(h, 6, codes(phone, h))
    await guess(h, 4, backups())
    expect(await login(h.twoFactor, 'ada', backupCodes[0]!)).toMatchObject({
      outcome: 'accepted',
      failuresBefore: 10,
    })
    const { attempts } = await peek(h, 'ada')
    expect(attempts).toMatchObject({
      codes: { streak: 0, lockedUntil: 0 },
      recovery: { streak: 0, lockedUntil: 0 },
      failures: 0,
    })
    expect([attempts.codes.wrongAt, attempts.recovery.wrongAt].map(({ length }) => length)).toEqual(
      [6, 4],
    )
  })

  it('100 wrong codes within 30 days stop, successes or not', async () => {
    const { h, phone } = await settled()
    for (let round = 0; round < 25; round++) {
      await guess(h, 4, codes(phone, h))
      const next = await login(h.twoFactor, 'ada', nextCode(h.clock, phone))
      if (round < 24) acceptedOf(next)
      else expect(next).toEqual({ outcome: 'rejected', reason: 'exhausted' })
      h.clock.advance({ hours: 20 })
    }
  })

  it('what is older than 30 days does not count into the 100', async () => {
    const { h, phone } = await settled({ monthlyStop: 10 })
    for (let round = 0; round < 8; round++) {
      await guess(h, 4, codes(phone, h))
      acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, phone)))
      h.clock.advance({ days: 16 })
    }
  })

  it('attemptsLeft counts down to whatever stops first', async () => {
    const { h, phone } = await settled({ monthlyStop: 3 })
    expect(await guess(h, 3, codes(phone, h))).toMatchObject([
      { attemptsLeft: 2 },
      { attemptsLeft: 1 },
      { attemptsLeft: 0 },
    ])
    expect(await login(h.twoFactor, 'ada', phone.code(h.clock()))).toMatchObject({
      reason: 'exhausted',
    })
  })

  it.each([
    ['the streak', { hardStop: 4 }],
    ['the 30-day count', { monthlyStop: 4 }],
  ])(
    'a backup code lifts a hard stop of codes by %s, and the next slip does not stop again',
    async (_, limits) => {
      const { h, phone, backupCodes } = await settled(limits)
      await guess(h, 4, codes(phone, h))
      expect(await login(h.twoFactor, 'ada', phone.code(h.clock()))).toMatchObject({
        reason: 'exhausted',
      })
      expect((await h.twoFactor.status({ userId: 'ada' })).exhausted).toBe(true)
      h.clock.advance({ seconds: 1 })
      acceptedOf(await login(h.twoFactor, 'ada', backupCodes[0]!))
      expect((await h.twoFactor.status({ userId: 'ada' })).exhausted).toBe(false)
      await guess(h, 1, codes(phone, h))
      expect(await login(h.twoFactor, 'ada', nextCode(h.clock, phone))).toMatchObject({
        outcome: 'accepted',
      })
    },
  )

  it('V20: a hard stop of codes ends the challenges issued before it, of logins and step-ups, and no later ones', async () => {
    const { h, phone, backupCodes } = await settled({ hardStop: 4, freeAttempts: 5 })
    const before = await challenge(h.twoFactor, 'ada')
    const step = await h.twoFactor.stepUp.begin({
      userId: 'ada',
      sessionId: SESSION,
      purpose: 'dns.change',
    })
    if (step.next !== 'challenge') throw new Error(step.next)
    await guess(h, 4, codes(phone, h))
    h.clock.advance({ seconds: 1 })
    expect(await h.twoFactor.login.verify({ challenge: before, code: backupCodes[0]! })).toEqual({
      outcome: 'rejected',
      reason: 'expired',
    })
    expect(
      await h.twoFactor.stepUp.verify({
        challenge: step.challenge,
        code: backupCodes[0]!,
        sessionId: SESSION,
      }),
    ).toEqual({ outcome: 'rejected', reason: 'expired' })
    expect(await login(h.twoFactor, 'ada', backupCodes[0]!)).toMatchObject({ outcome: 'accepted' })
    expect(
      await h.twoFactor.login.verify({ challenge: before, code: nextCode(h.clock, phone) }),
    ).toEqual({ outcome: 'rejected', reason: 'expired' })
  })

  it('V19: a remembered device goes on through a hard stop', async () => {
    const { h, phone } = await settled({ hardStop: 4 })
    const { device } = acceptedOf(
      await login(h.twoFactor, 'ada', phone.code(h.clock()), {
        rememberDevice: { label: 'Laptop' },
      }),
    )
    await guess(h, 4, codes(phone, h))
    const decision = await h.twoFactor.login.begin({
      userId: 'ada',
      deviceToken: device!.token.reveal(),
    })
    expect(decision).toMatchObject({ next: 'proceed', because: 'remembered_device' })
  })

  it('a support code lifts a hard stop of codes, and its issue one of recovery', async () => {
    const { h, phone } = await settled({ hardStop: 4 })
    await guess(h, 4, codes(phone, h))
    await guess(h, 4, backups())
    expect(await login(h.twoFactor, 'ada', WRONG_BACKUP)).toMatchObject({ reason: 'exhausted' })
    h.clock.advance({ seconds: 1 })
    const { supportCode } = acceptedOf(
      await h.twoFactor.recovery.issueSupportCode({
        userId: 'ada',
        actor: 'support/7',
        reason: 'lost phone',
      }),
    )
    expect(await login(h.twoFactor, 'ada', phone.code(h.clock()))).toMatchObject({
      reason: 'exhausted',
    })
    expect(await login(h.twoFactor, 'ada', supportCode.reveal())).toMatchObject({
      outcome: 'enroll',
    })
    expect((await peek(h, 'ada')).attempts).toMatchObject({
      codes: { streak: 0, stopped: false },
      recovery: { streak: 0, stopped: false },
    })
  })

  it('regenerating backup codes ends the streak and stop of recovery alone', async () => {
    const { h, phone } = await settled({ hardStop: 4 })
    await guess(h, 4, backups())
    const leave = await permit(h.twoFactor, 'ada', phone.code(h.clock()))
    await guess(h, 3, codes(phone, h))
    acceptedOf(await h.twoFactor.backupCodes.regenerate({ permit: leave, sessionId: SESSION }))
    const { attempts } = await peek(h, 'ada')
    expect(attempts).toMatchObject({
      codes: { streak: 3 },
      recovery: { streak: 0, stopped: false },
      failures: 3,
    })
    expect(attempts.recovery.wrongAt, 'the account goes on').toHaveLength(4)
  })

  it('passwordChanged, import, enroll and rename end nothing', async () => {
    const { h, phone, factorId } = await settled()
    const leave = await permit(h.twoFactor, 'ada', phone.code(h.clock()))
    const begun = acceptedOf(
      await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account: 'ada' }),
    )
    await guess(h, 4, codes(phone, h))
    await guess(h, 2, backups())
    const { attempts } = await peek(h, 'ada')
    acceptedOf(await h.twoFactor.factors.rename({ userId: 'ada', factorId, label: 'Old phone' }))
    const second = acceptedOf(
      await h.twoFactor.totp.pending({ enrollment: begun.enrollment, sessionId: SESSION }),
    )
    acceptedOf(
      await h.twoFactor.totp.confirm({
        enrollment: begun.enrollment,
        sessionId: SESSION,
        code: phoneOf(second.keyUri).code(h.clock()),
      }),
    )
    acceptedOf(await h.twoFactor.totp.import({ userId: 'ada', key: new Uint8Array(20).fill(7) }))
    await h.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect((await peek(h, 'ada')).attempts).toEqual(attempts)
  })

  it('V4: logins and step-ups of all sessions count together', async () => {
    const { h, phone } = await settled()
    for (let n = 0; n < 5; n++) {
      const sessionId = `session-${n}`
      const step = await h.twoFactor.stepUp.begin({
        userId: 'ada',
        sessionId,
        purpose: 'dns.change',
      })
      if (step.next !== 'challenge') throw new Error(step.next)
      const code = wrongCode(phone, h.clock())
      const verdict =
        n % 2
          ? await login(h.twoFactor, 'ada', code)
          : await h.twoFactor.stepUp.verify({ challenge: step.challenge, code, sessionId })
      expect(verdict).toMatchObject({ reason: 'wrong_code', attemptsLeft: 4 - n })
    }
    expect(await login(h.twoFactor, 'ada', phone.code(h.clock()))).toMatchObject({
      reason: 'locked',
    })
  })

  it('a user without records or a stranger costs another user nothing', async () => {
    const { h, phone } = await settled()
    const other = await enroll(h.twoFactor, 'bob', h.clock)
    await guess(h, 8, () => wrongCode(phone, h.clock()))
    expect(await login(h.twoFactor, 'bob', nextCode(h.clock, other.phone))).toMatchObject({
      outcome: 'accepted',
      failuresBefore: 0,
    })
  })
})
