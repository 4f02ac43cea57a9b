import { describe, expect, it } from 'vitest'
import { acceptedOf, enroll, house, login, nextCode, wrongCode } from './house.ts'
import { settled, staff } from './staff-house.ts'

describe('unlock', () => {
  it.each([
    ['a lock', {}, 5],
    ['a hard stop', { hardStop: 6 }, 6],
    ['the stop of 30 days', { monthlyStop: 7 }, 7],
  ] as const)('ends %s; factors and codes stay', async (_, limits, wrong) => {
    const h = house({ limits })
    const { phone, backupCodes } = await enroll(h.twoFactor, 'ada', h.clock)
    let judged = 0
    while (judged < wrong) {
      const verdict = await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))
      if (verdict.outcome === 'rejected' && verdict.reason === 'wrong_code') judged++
      if (judged < wrong) h.clock.advance({ seconds: 3600 })
    }
    expect(await login(h.twoFactor, 'ada', phone.code(h.clock()))).toMatchObject({
      outcome: 'rejected',
    })
    expect(await h.twoFactor.recovery.unlock({ userId: 'ada', ...staff })).toEqual({
      outcome: 'accepted',
      codesJudged: wrong,
    })
    expect(h.events.at(-1)).toMatchObject({
      type: 'unlocked',
      userId: 'ada',
      codesJudged: wrong,
      ...staff,
    })
    expect(await h.twoFactor.status({ userId: 'ada' })).toMatchObject({
      lockedUntil: null,
      exhausted: false,
      backupCodesLeft: backupCodes.length,
    })
    expect(await login(h.twoFactor, 'ada', wrongCode(phone, h.clock()))).toMatchObject({
      reason: 'wrong_code',
      attemptsLeft: 'freeAttempts' in limits ? 0 : 4,
    })
    expect(acceptedOf(await login(h.twoFactor, 'ada', nextCode(h.clock, phone)))).toMatchObject({
      failuresBefore: wrong + 1,
    })
  })

  it('asks who and why, and knows nobody without a record', async () => {
    const h = await settled()
    await expect(
      h.twoFactor.recovery.unlock({ userId: 'ada', actor: '', reason: 'x' }),
    ).rejects.toMatchObject({ code: 'ERR_OPTION' })
    expect(await h.twoFactor.recovery.unlock({ userId: 'bob', ...staff })).toEqual({
      outcome: 'rejected',
      reason: 'not_found',
    })
  })
})
