import { memoryStore } from 'keystep/stores/memory'
import { describe, expect, it, vi } from 'vitest'
import {
  challenge,
  enroll,
  house,
  type House,
  login,
  nextCode,
  permit,
  type Phone,
  SESSION,
  wrongCode,
} from '../house.ts'
import { markImported } from '../../record/record.ts'
import { slowStore } from '../../record/stores.ts'

/** The adversary has the password: new sessions, challenges and addresses cost nothing. */
async function guessFor(h: House, phone: Phone, days: number): Promise<number> {
  const end = h.clock().getTime() + days * 86_400_000
  let looked = 0
  while (h.clock().getTime() < end) {
    const verdict = await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()), {
      context: { ip: `198.51.100.${looked % 256}` },
    })
    if (verdict.outcome !== 'rejected') throw new Error(verdict.outcome)
    if (verdict.reason === 'wrong_code') looked++
    else if (verdict.reason === 'locked') h.clock.set(verdict.retryAt)
    else h.clock.advance({ days: 1 })
  }
  return looked
}

async function supportCodeOf({ twoFactor }: House): Promise<string> {
  const issued = await twoFactor.recovery.issueSupportCode({
    userId: 'ada',
    actor: 'support/7',
    reason: 'lost phone',
  })
  if (issued.outcome !== 'accepted') throw new Error(issued.reason)
  return issued.supportCode.reveal()
}

describe('threats: guessing', () => {
  it('V1: a year of guessing with the password, from any address and session, looks at 50 codes and then at none', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    expect(await guessFor(h, phone, 365)).toBe(50)
    // RFC 4226 7.2: the owner was told, and told that the password is known.
    expect(h.events.filter(({ type }) => type === 'exhausted')).toHaveLength(1)
    expect(
      h.events.filter((event) => event.type === 'code.rejected' && event.passwordKnown),
    ).toHaveLength(46)
  })

  it('V1: while the owner logs in every day, 100 within 30 days and then none', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    let looked = 0
    for (let day = 0; day < 29; day++) {
      for (let n = 0; n < 4; n++) {
        const verdict = await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
        if (verdict.outcome === 'rejected' && verdict.reason === 'wrong_code') looked++
      }
      await login(h.twoFactor, 'ada', nextCode(h.clock, phone))
      h.clock.advance({ days: 1 })
    }
    expect(looked).toBe(100)
  })

  it('V1: four guesses before each of the owner’s logins, 96 in 24 days, are told by the account: the password is known', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    for (let day = 0; day < 24; day++) {
      h.clock.advance({ days: 1 })
      for (let n = 0; n < 4; n++) await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
      expect(await login(h.twoFactor, 'ada', nextCode(h.clock, phone))).toMatchObject({
        outcome: 'accepted',
        failuresBefore: 4,
      })
    }
    const wrong = h.events.filter((event) => event.type === 'code.rejected')
    expect(wrong).toHaveLength(96)
    // None is the fifth in a row; from the twentieth within 30 days on, each tells.
    expect(wrong.every(({ inARow }) => inARow < 5)).toBe(true)
    expect(wrong.findIndex(({ passwordKnown }) => passwordKnown)).toBe(19)
    expect(wrong.filter(({ passwordKnown }) => passwordKnown)).toHaveLength(77)
  })

  it('V1: an owner who mistypes now and then is not told of an attack: 12 slips a month, for a year', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    for (let slip = 0; slip < 12 * 12; slip++) {
      h.clock.advance({ hours: 61 })
      await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
      expect(await login(h.twoFactor, 'ada', nextCode(h.clock, phone))).toMatchObject({
        outcome: 'accepted',
      })
    }
    expect(
      h.events.filter((event) => event.type === 'code.rejected' && event.passwordKnown),
    ).toEqual([])
  })

  it('V1: a backup code after the monthly stop allows 10 more and not 100: ten codes of the owner’s are worth 100 guesses, not 1,000', async () => {
    const h = house()
    const { phone, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    /** Four guesses and the owner's login, in turn, until nothing is looked at. */
    const guess = async (): Promise<number> => {
      let judged = 0
      for (;;) {
        for (let n = 0; n < 4; n++) {
          const verdict = await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
          if (verdict.outcome !== 'rejected' || verdict.reason !== 'wrong_code') return judged
          judged++
        }
        if ((await login(h.twoFactor, 'ada', nextCode(h.clock, phone))).outcome === 'rejected')
          return judged
      }
    }
    const judged = [await guess()]
    for (const code of backupCodes) {
      expect(await login(h.twoFactor, 'ada', code)).toMatchObject({ outcome: 'accepted' })
      judged.push(await guess())
    }
    expect(judged).toEqual([100, ...Array<number>(10).fill(10)])
  })

  it('V1: the budget is the user’s: a new twoFactor, process or server brings none', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const left = []
    for (let n = 0; n < 5; n++) {
      const server = house({ store: h.store, keyring: h.keyring, now: h.clock })
      left.push(await login(server.twoFactor, 'ada', wrongCode(phone, h.clock())))
    }
    expect(left).toMatchObject(
      [4, 3, 2, 1, 0].map((attemptsLeft) => ({ reason: 'wrong_code', attemptsLeft })),
    )
  })

  it('V2: the limit holds before anything is compared, under any number of requests at once', async () => {
    const h = house({ store: slowStore(memoryStore()) })
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const challenges = await Promise.all(
      Array.from({ length: 200 }, () => challenge(h.twoFactor, 'ada')),
    )
    const right = nextCode(h.clock, phone)
    const wrong = wrongCode(phone, h.clock())
    // The right code hides among 199 wrong ones: whatever is decided first, no more than the budget
    // is looked at.
    const verdicts = await Promise.all(
      challenges.map((asked, n) =>
        h.twoFactor.login.verify({ challenge: asked, code: n === 199 ? right : wrong }),
      ),
    )
    const looked = verdicts.filter(
      (one) => one.outcome !== 'rejected' || one.reason === 'wrong_code',
    )
    expect(looked.length).toBeLessThanOrEqual(11)
    expect(verdicts.filter(({ outcome }) => outcome === 'accepted').length).toBeLessThanOrEqual(1)
  })

  it('V3: a debit stands alone: a portal’s request that fails after it gives no attempt back', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const request = async (): Promise<void> => {
      await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
      throw new Error('the portal rolls its transaction back')
    }
    for (let n = 0; n < 5; n++) await request().catch(() => undefined)
    expect(await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))).toMatchObject({
      reason: 'locked',
    })
  })

  it('V4: a lock is honored on every path: login, step-up, with each kind of code that it counts, and SMS', async () => {
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const step = await h.twoFactor.stepUp.begin({ userId: 'ada', sessionId: SESSION, purpose: 'x' })
    if (step.next !== 'challenge') throw new Error(step.next)
    for (let n = 0; n < 5; n++) await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
    const code = phone.code(new Date(h.clock().getTime() + 30_000))
    const locked = { outcome: 'rejected', reason: 'locked' }
    for (const factor of [undefined, 'totp'] as const) {
      expect(await login(h.twoFactor, 'ada', code, { factor })).toMatchObject(locked)
      expect(
        await h.twoFactor.stepUp.verify({
          challenge: step.challenge,
          code,
          sessionId: SESSION,
          factor,
        }),
      ).toMatchObject(locked)
    }
    await expect(permit(h.twoFactor, 'ada', code)).rejects.toThrow('locked')
  })

  it('V19: locking the owner out takes the password, and neither backup codes nor remembered devices go with it', async () => {
    const h = house()
    const { phone, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    const remembered = await login(h.twoFactor, 'ada', nextCode(h.clock, phone), {
      rememberDevice: { label: 'Laptop' },
    })
    if (remembered.outcome !== 'accepted') throw new Error(remembered.outcome)
    await guessFor(h, phone, 20)
    expect(await login(h.twoFactor, 'ada', nextCode(h.clock, phone))).toMatchObject({
      reason: 'exhausted',
    })
    expect(
      await h.twoFactor.login.begin({
        userId: 'ada',
        deviceToken: remembered.device!.token.reveal(),
      }),
    ).toMatchObject({ next: 'proceed' })
    expect(await login(h.twoFactor, 'ada', backupCodes[0]!)).toMatchObject({
      outcome: 'accepted',
      failuresBefore: 50,
    })
    expect(await login(h.twoFactor, 'ada', nextCode(h.clock, phone))).toMatchObject({
      outcome: 'accepted',
    })
  })

  it('V19: whoever has the password, guessing at each unlock for a week, keeps none of the owner’s backup and support codes out', async () => {
    const h = house()
    const { phone, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    const start = h.clock().getTime()
    const attack = async (): Promise<void> => {
      // All he can type: digits, backup codes and support codes, until each is refused.
      for (const code of [
        wrongCode(phone, h.clock()),
        '0000-0000-0000-0000',
        '0000-0000-0000-0000-0000',
      ]) {
        for (let tries = 0; tries < 12; tries++) await login(h.twoFactor, 'ada', code)
      }
    }
    let [refused, opened] = [0, 0]
    for (let day = 0; day < 7; day++) {
      while (h.clock().getTime() < start + (day + 1) * 86_400_000) {
        await attack()
        const { lockedUntil } = await h.twoFactor.status({ userId: 'ada' })
        h.clock.set(
          new Date(Math.max(lockedUntil?.getTime() ?? 0, h.clock().getTime() + 3_600_000)),
        )
      }
      await attack()
      if ((await login(h.twoFactor, 'ada', phone.code(h.clock()))).outcome === 'rejected') refused++
      const code = day === 6 ? await supportCodeOf(h) : backupCodes[day]!
      if ((await login(h.twoFactor, 'ada', code)).outcome !== 'rejected') opened++
    }
    // The lock of digits is his doing, and stays: what cannot be guessed does not stand under it.
    expect({ refused, opened }).toEqual({ refused: 7, opened: 7 })
  })

  it('V19: a wrong backup or support code costs him a request and us one hash of 1,000 rounds: no write, no count, no lock', async () => {
    const h = house()
    const { phone, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    await supportCodeOf(h)
    h.clock.advance({ seconds: 30 })
    const before = await h.store.get((await h.store.keys())[0]!)
    const hashed = vi.spyOn(crypto.subtle, 'deriveBits')
    h.store.reset()
    for (const code of ['0000-0000-0000-0000', '0000-0000-0000-0000-0000']) {
      for (let n = 0; n < 60; n++)
        expect(await login(h.twoFactor, 'ada', code)).toEqual({
          outcome: 'rejected',
          reason: 'wrong_code',
        })
    }
    expect(hashed).toHaveBeenCalledTimes(60)
    expect(hashed.mock.calls.every(([how]) => (how as Pbkdf2Params).iterations === 1000)).toBe(true)
    hashed.mockRestore()
    expect(h.store.writes).toBe(0)
    expect(await h.store.get((await h.store.keys())[0]!)).toEqual(before)
    expect(await login(h.twoFactor, 'ada', phone.code(h.clock()))).toMatchObject({
      outcome: 'accepted',
      failuresBefore: 0,
    })
    expect(await login(h.twoFactor, 'ada', backupCodes[0]!)).toMatchObject({
      outcome: 'accepted',
      failuresBefore: 0,
    })
  })

  it('V19, 63B-4 3.2.2: backup codes of another system may be short, and stay under every lock and stop', async () => {
    const h = house()
    const { backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    await markImported(h)
    const guess = () => login(h.twoFactor, 'ada', '0000-0000-0000-0000')
    for (let n = 0; n < 5; n++)
      expect(await guess()).toMatchObject({ reason: 'wrong_code', attemptsLeft: 4 - n })
    expect(await login(h.twoFactor, 'ada', backupCodes[0]!)).toMatchObject({ reason: 'locked' })
    expect(await login(h.twoFactor, 'ada', await supportCodeOf(h))).toMatchObject({
      outcome: 'enroll',
    })
  })

  it('V20: exhaustion sends the adversary back to the password: his challenges are over, whatever lifts the stop', async () => {
    const h = house({ limits: { hardStop: 4 } })
    const { phone, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    const kept = await challenge(h.twoFactor, 'ada')
    const verdict = () =>
      h.twoFactor.login.verify({ challenge: kept, code: wrongCode(phone, h.clock()) })
    expect(await verdict()).toMatchObject({ reason: 'wrong_code' })
    for (let n = 0; n < 3; n++) await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
    expect(await verdict()).toEqual({ outcome: 'rejected', reason: 'expired' })
    expect(await login(h.twoFactor, 'ada', backupCodes[0]!)).toMatchObject({ outcome: 'accepted' })
    expect(await verdict()).toEqual({ outcome: 'rejected', reason: 'expired' })
  })
})
