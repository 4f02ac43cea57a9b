import type { SmsCeilings } from 'keystep'
import { describe, expect, it } from 'vitest'
import { faultyStore } from 'keystep/testing'
import { memoryStore } from 'keystep/stores/memory'
import { acceptedOf, challenge, SESSION } from '../flow/house.ts'
import { firstPermit, smsHouse, type SmsHouse } from '../flow/sms-house.ts'

const DAY = 86_400_000

function houseWith(ceilings: SmsCeilings, options: Parameters<typeof smsHouse>[0] = {}) {
  return smsHouse(options, { ceilings })
}

let users = 0
/** A send to a number of its own, by a user of its own. */
async function send(h: SmsHouse, prefix = '+4915') {
  const n = ++users
  const leave = await firstPermit(h, `user-${n}`)
  return h.twoFactor.sms.enroll({
    permit: leave,
    sessionId: SESSION,
    number: `${prefix}${10_000_000 + n}`,
  })
}

const told = (h: SmsHouse) =>
  h.events.flatMap((event) => (event.type.startsWith('sms.ceiling') ? [event] : []))

describe('V21: ceilings over all messages', () => {
  it.each([[1], [10], [16], [40], [100]])(
    'of %i an hour lets exactly so many out, then too_soon until the next hour',
    async (most) => {
      const h = houseWith({ total: { perHour: most } })
      h.clock.advance({ seconds: 600 })
      for (let n = 0; n < most; n++) acceptedOf(await send(h))
      const retryAt = new Date('2026-11-22T13:00:00Z')
      expect(await send(h)).toEqual({ outcome: 'rejected', reason: 'too_soon', retryAt })
      expect(await send(h)).toMatchObject({ reason: 'too_soon' })
      expect(h.outbox).toHaveLength(most)
      h.clock.advance({ seconds: 3000 })
      acceptedOf(await send(h))
      expect(told(h)).toMatchObject([
        { type: 'sms.ceiling_near', scope: 'total', most, until: retryAt, userId: '' },
        { type: 'sms.ceiling_reached', scope: 'total', most, until: retryAt, userId: '' },
        ...(most === 1 ? [{ type: 'sms.ceiling_near' }] : []),
      ])
    },
  )

  it('near is told once four fifths are used, and not long before', async () => {
    const h = houseWith({ total: { perDay: 200 } })
    let sent = 0
    while (told(h).length === 0) {
      acceptedOf(await send(h))
      sent++
    }
    expect(sent).toBeGreaterThanOrEqual(160)
    expect(sent).toBeLessThan(200)
    for (; sent < 200; sent++) acceptedOf(await send(h))
    expect(told(h)).toHaveLength(1)
    expect(await send(h)).toMatchObject({
      reason: 'too_soon',
      retryAt: new Date('2026-11-23T00:00:00Z'),
    })
    expect(told(h).map(({ type }) => type)).toEqual(['sms.ceiling_near', 'sms.ceiling_reached'])
  })

  it('per calling code, the longest that fits; what is refused under one costs nothing under the others', async () => {
    const h = houseWith({
      callingCodes: { '+49': { perDay: 3 }, '+4917': { perDay: 1 } },
      total: { perDay: 5 },
    })
    acceptedOf(await send(h, '+4917'))
    expect(await send(h, '+4917')).toMatchObject({ reason: 'too_soon' })
    for (let n = 0; n < 3; n++) acceptedOf(await send(h, '+4915'))
    expect(await send(h, '+4915')).toMatchObject({ reason: 'too_soon' })
    acceptedOf(await send(h, '+43664'))
    expect(await send(h, '+43664')).toMatchObject({ reason: 'too_soon' })
    expect(
      told(h)
        .filter(({ type }) => type === 'sms.ceiling_reached')
        .map((event) => 'scope' in event && event.scope),
    ).toEqual(['+4917', '+49', 'total'])
  })

  it('a hundred at once are no more than the ceiling, in many rows', async () => {
    const h = houseWith(
      { total: { perHour: 64 } },
      {
        store: faultyStore(memoryStore(), {
          seed: 7,
          errorOnRead: 0,
          errorBeforeWrite: 0,
          errorAfterWrite: 0,
          duplicateDelivery: 0,
          delay: 1,
        }),
      },
    )
    const results = await Promise.all(Array.from({ length: 100 }, () => send(h)))
    expect(results.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(64)
    expect(h.outbox).toHaveLength(64)
    expect((await h.store.keys()).filter((key) => /^s2\..*\.h\d+\.\d+$/.test(key))).toHaveLength(4)
    expect(
      told(h)
        .map(({ type }) => type)
        .sort(),
    ).toEqual(['sms.ceiling_near', 'sms.ceiling_reached'])
  })

  it('a refused send counts for the number neither', async () => {
    const h = houseWith({ total: { perHour: 1 } })
    acceptedOf(await send(h))
    const number = '+4915199999999'
    for (let n = 0; n < 30; n++) {
      const leave = await firstPermit(h, `pump-${n}`)
      expect(
        await h.twoFactor.sms.enroll({ permit: leave, sessionId: SESSION, number }),
      ).toMatchObject({ reason: 'too_soon' })
    }
    h.clock.advance({ seconds: 3600 })
    const leave = await firstPermit(h, 'owner')
    acceptedOf(await h.twoFactor.sms.enroll({ permit: leave, sessionId: SESSION, number }))
  })

  it('a login by message is under it, too; without ceilings nothing is counted or read', async () => {
    const h = houseWith({ total: { perDay: 1 } })
    acceptedOf(
      await h.twoFactor.sms.import({
        userId: 'ann',
        number: '+4915112345678',
        confirmedAt: h.clock(),
      }),
    )
    acceptedOf(await h.twoFactor.sms.send({ challenge: await challenge(h.twoFactor, 'ann') }))
    h.clock.advance({ seconds: 30 })
    expect(
      await h.twoFactor.sms.send({ challenge: await challenge(h.twoFactor, 'ann') }),
    ).toMatchObject({ reason: 'too_soon' })
    const without = smsHouse()
    acceptedOf(await send(without))
    expect((await without.store.keys()).filter((key) => key.startsWith('s2.'))).toEqual([])
  })

  it('its rows may be dropped once they count no more', async () => {
    const until: number[] = []
    const inner = memoryStore()
    const put: typeof inner.put = (key, value, o) => {
      if (key.startsWith('s2.')) until.push(o.expiresAt!.getTime())
      return inner.put(key, value, o)
    }
    const h = houseWith({ total: { perDay: 1 } }, { store: { ...inner, put } })
    acceptedOf(await send(h))
    expect(Math.min(...until)).toBeGreaterThanOrEqual(h.clock().getTime() + DAY)
  })

  it.each([
    null,
    [],
    { total: 5 },
    { total: { perHour: 0 } },
    { total: { perDay: 1.5 } },
    { total: { perDay: NaN } },
    { callingCodes: { 49: { perDay: 1 } } },
    { callingCodes: { '+49': null } },
    { callingCodes: [] },
  ])('refuses %j', (ceilings) => {
    expect(() => houseWith(ceilings as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION' }) as Error,
    )
  })
})
