import { createKeyring, generateKeyringKey } from 'keystep'
import { memoryStore } from 'keystep/stores/memory'
import type { RecordStore } from 'keystep/stores'
import { describe, expect, it } from 'vitest'
import { acceptedOf, challenge, SESSION } from '../flow/house.ts'
import { peek } from '../record/record.ts'
import {
  challengeWithCode,
  enrollSms,
  firstPermit,
  smsHouse,
  type SmsHouse,
} from '../flow/sms-house.ts'
import { redeem } from '../flow/staff-house.ts'
import { slowStore, stormyStore } from '../record/stores.ts'

const send = async (h: SmsHouse, userId = 'ada') =>
  h.twoFactor.sms.send({ challenge: await challenge(h.twoFactor, userId) })
const tooSoon = (retryAt: Date) => ({ outcome: 'rejected', reason: 'too_soon', retryAt })

/** A user whose enrollment's own message lies long ago. */
async function settled(...options: Parameters<typeof smsHouse>) {
  const h = smsHouse(...options)
  const user = await enrollSms(h, 'ada')
  h.clock.advance({ days: 2 })
  h.outbox.length = 0
  return { ...h, ...user }
}

describe('V21: how many messages a user is sent', () => {
  it('one every 30 seconds, and `retryAt` tells when', async () => {
    const h = await settled()
    const { resendAt } = acceptedOf(await send(h))
    expect(await send(h)).toEqual(tooSoon(resendAt))
    h.clock.set(new Date(resendAt.getTime() - 1))
    expect(await send(h)).toEqual(tooSoon(resendAt))
    h.clock.set(resendAt)
    acceptedOf(await send(h))
    expect(h.outbox).toHaveLength(2)
  })

  it('5 within any hour, and 10 within any day', async () => {
    const h = await settled()
    const began = h.clock()
    const at = (minutes: number) => new Date(began.getTime() + minutes * 60_000)
    for (let n = 0; n < 5; n++) {
      h.clock.set(at(n))
      acceptedOf(await send(h))
    }
    h.clock.set(at(59))
    expect(await send(h)).toEqual(tooSoon(at(60)))
    for (let n = 0; n < 5; n++) {
      h.clock.set(at(60 + n))
      acceptedOf(await send(h))
    }
    h.clock.set(at(200))
    expect(await send(h)).toEqual(tooSoon(at(24 * 60)))
    h.clock.set(at(24 * 60))
    acceptedOf(await send(h))
    expect(h.outbox).toHaveLength(11)
  })

  it('enrollments count with logins, and a reset gives none back', async () => {
    const h = smsHouse()
    for (let n = 0; n < 5; n++) {
      acceptedOf(
        await h.twoFactor.sms.enroll({
          permit: await firstPermit(h, 'ada'),
          sessionId: SESSION,
          number: `+491511234567${n}`,
        }),
      )
      h.clock.advance({ seconds: 30 })
    }
    const { supportCode } = await h.twoFactor.recovery.reset({
      userId: 'ada',
      actor: 'support/7',
      reason: 'test',
    })
    expect(
      await h.twoFactor.sms.enroll({
        permit: await redeem(h.twoFactor, supportCode.reveal()),
        number: '+4915112345679',
      }),
    ).toMatchObject({ reason: 'too_soon' })
    expect(h.outbox).toHaveLength(5)
  })

  it('of 40 parallel requests one is sent', async () => {
    const h = await settled({ store: slowStore(memoryStore()) })
    const challenges = await Promise.all(
      Array.from({ length: 40 }, () => challenge(h.twoFactor, 'ada')),
    )
    const answers = await Promise.all(
      challenges.map((asked) => h.twoFactor.sms.send({ challenge: asked })),
    )
    expect(answers.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1)
    expect(
      answers.every((answer) => answer.outcome === 'accepted' || answer.reason === 'too_soon'),
    ).toBe(true)
    expect(h.outbox).toHaveLength(1)
  })
})

describe('V21: how many messages a destination is sent', () => {
  const share = async (h: SmsHouse, users: number) => {
    const answers = []
    for (let n = 0; n < users; n++) {
      acceptedOf(
        await h.twoFactor.sms.import({
          userId: `ring-${n}`,
          number: '+4915112345678',
          confirmedAt: h.clock(),
        }),
      )
      answers.push(await send(h, `ring-${n}`))
    }
    return answers
  }

  /** Some sends from a clock that ran days ahead, and a user of the same number today. */
  const writtenAhead = async (days: number, sends: number): Promise<SmsHouse> => {
    const h = smsHouse()
    h.clock.advance({ days })
    await share(h, sends)
    h.clock.advance({ days: -days })
    acceptedOf(
      await h.twoFactor.sms.import({
        userId: 'ada',
        number: '+4915112345678',
        confirmedAt: h.clock(),
      }),
    )
    return h
  }

  it('a budget across users: 10 within an hour, 20 within a day', async () => {
    const h = smsHouse()
    const began = h.clock()
    const outcomes = (await share(h, 12)).map((answer) =>
      'reason' in answer ? answer.reason : answer.outcome,
    )
    expect(outcomes).toEqual([
      ...Array.from({ length: 10 }, () => 'accepted'),
      'too_soon',
      'too_soon',
    ])
    h.clock.set(new Date(began.getTime() + 3_600_000))
    expect((await share(h, 10)).map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 10 }, () => 'accepted'),
    )
    h.clock.advance({ hours: 2 })
    expect(await send(h, 'ring-0')).toEqual(tooSoon(new Date(began.getTime() + 86_400_000)))
    expect(h.outbox).toHaveLength(20)
  })

  it('one number is one budget however it is spelled, and each spelling is sent to as it stands', async () => {
    const h = smsHouse({}, { countries: ['+39'] })
    const spellings = [
      '+393401234567',
      '+3903401234567',
      '+39 (03401) 234567',
      '\uff0b39 340-1234567',
    ]
    for (let n = 0; n < 10; n++) {
      const number = spellings[n % spellings.length]!
      const input = { userId: `ring-${n}`, number, confirmedAt: h.clock() }
      acceptedOf(await h.twoFactor.sms.import(input))
      acceptedOf(await send(h, `ring-${n}`))
    }
    expect(new Set(h.outbox.map(({ to }) => to))).toEqual(
      new Set(['+393401234567', '+3903401234567']),
    )
    for (const [i, number] of spellings.entries()) {
      const input = { userId: `late-${i}`, number, confirmedAt: h.clock() }
      acceptedOf(await h.twoFactor.sms.import(input))
      expect(await send(h, `late-${i}`)).toMatchObject({ reason: 'too_soon' })
    }
  })

  it('a budget outlives the rotation of the keyring, on servers before and after it', async () => {
    const [old, fresh] = [generateKeyringKey(), generateKeyringKey().replace(/^k\d+/, 'next')]
    const before = smsHouse({ keyring: createKeyring(`${old},${fresh}`) })
    const { store, clock: now } = before
    const rotated = smsHouse({ store, now, keyring: createKeyring(`${fresh},${old}`) })
    const servers = [before, rotated]
    const outcomes = []
    for (let n = 0; n < 12; n++) {
      // Half of the servers have the new key already.
      const h = servers[n % 2]!
      const input = { userId: `ring-${n}`, number: '+4915112345678', confirmedAt: now() }
      acceptedOf(await h.twoFactor.sms.import(input))
      outcomes.push((await send(h, `ring-${n}`)).outcome)
    }
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(10)
    for (const h of servers) expect(await send(h, 'ring-0')).toMatchObject({ reason: 'too_soon' })
    expect(before.outbox.length + rotated.outbox.length).toBe(10)
    before.clock.advance({ hours: 1 })
    acceptedOf(await send(rotated, 'ring-0'))
  })

  it('what a clock that ran a year ahead left under the former key does not lock a number for ever', async () => {
    const [old, fresh] = [generateKeyringKey(), generateKeyringKey().replace(/^k\d+/, 'next')]
    const before = smsHouse({ keyring: createKeyring(`${old},${fresh}`) })
    before.clock.advance({ days: 365 })
    await share(before, 10)
    before.clock.advance({ days: -365 })
    const { store, clock: now } = before
    const rotated = smsHouse({ store, now, keyring: createKeyring(`${fresh},${old}`) })
    const input = { userId: 'ada', number: '+4915112345678', confirmedAt: now() }
    acceptedOf(await rotated.twoFactor.sms.import(input))
    acceptedOf(await send(rotated))
  })

  it('kept under a keyed hash: the number stands in no key of the store', async () => {
    const h = smsHouse()
    await share(h, 1)
    const keys = await h.store.keys()
    const [budget] = keys.filter((key) => key.startsWith('s1.'))
    expect(budget).toMatch(/^s1\.[\w-]{43}$/)
    for (const key of keys)
      expect(
        key + Buffer.from(key.split('.').at(-1)!, 'base64url').toString('latin1'),
      ).not.toContain('15112345678')
    expect((await h.store.get(budget!))!.value).toMatch(/^ks1\./)
  })

  it('a refused destination costs the user nothing but the answer', async () => {
    const h = smsHouse()
    await share(h, 10)
    acceptedOf(
      await h.twoFactor.sms.import({
        userId: 'ada',
        number: '+4915112345678',
        confirmedAt: h.clock(),
      }),
    )
    const before = await peek(h, 'ada')
    expect(await send(h)).toMatchObject({ reason: 'too_soon' })
    expect((await peek(h, 'ada')).sms).toEqual(before.sms)
  })

  it('two realms have budgets of their own', async () => {
    const h = smsHouse()
    await share(h, 10)
    const other = smsHouse({ store: h.store, keyring: h.keyring, now: h.clock, realm: 'other' })
    expect((await share(other, 1))[0]).toMatchObject({ outcome: 'accepted' })
  })

  it('a budget from hours ahead of this clock throws, and never reads as room: that ends within a day', async () => {
    const h = await writtenAhead(1, 1)
    await expect(send(h)).rejects.toMatchObject({ code: 'ERR_CLOCK' })
    expect(h.outbox).toHaveLength(1)
  })

  it('sends from a clock that ran a year ahead count as of now, and end an hour later: a number that nobody can reset is not lost', async () => {
    const h = await writtenAhead(365, 10)
    const inAnHour = new Date(h.clock().getTime() + 3_600_000)
    expect(await send(h)).toEqual(tooSoon(inAnHour))
    h.clock.advance({ minutes: 59 })
    expect(await send(h)).toEqual(tooSoon(inAnHour))
    expect(h.outbox).toHaveLength(10)
    h.clock.set(inAnHour)
    acceptedOf(await send(h))
  })

  it('a burst costs a number as many sends as messages: one account does not silence the phone of another', async () => {
    const h = await settled({ store: slowStore(memoryStore()) })
    for (let burst = 0; burst < 3; burst++) {
      const challenges = await Promise.all(
        Array.from({ length: 12 }, () => challenge(h.twoFactor, 'ada')),
      )
      const answers = await Promise.all(
        challenges.map((asked) => h.twoFactor.sms.send({ challenge: asked })),
      )
      expect(answers.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1)
      h.clock.advance({ seconds: 31 })
    }
    expect(h.outbox).toHaveLength(3)
    expect((await share(h, 8)).map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 7 }, () => 'accepted'),
      'rejected',
    ])
  })

  it('a send that the store lost is given back, as far as the store allows', async () => {
    const h = smsHouse()
    await share(h, 9)
    acceptedOf(
      await h.twoFactor.sms.import({
        userId: 'ada',
        number: '+4915112345678',
        confirmedAt: h.clock(),
      }),
    )
    const put = h.store.put
    h.store.put = (key, ...rest) =>
      key.startsWith('u1.') ? Promise.reject(new Error('read-only')) : put(key, ...rest)
    for (let n = 0; n < 3; n++) await expect(send(h)).rejects.toMatchObject({ code: 'ERR_STORE' })
    h.store.put = put
    acceptedOf(await send(h))
    expect(h.outbox).toHaveLength(10)
  })
})

describe('the order of debits', () => {
  it('the user is decided, then the destination debited, then the user’s swap, then the send', async () => {
    const { store, keyring, clock } = await settled()
    const log: string[] = []
    const note = (what: string, key: string) =>
      log.push(`${what} ${key.startsWith('s1.') ? 'destination' : 'user'}`)
    const watched: RecordStore = {
      ...store,
      get: (key) => (note('read', key), store.get(key)),
      put: (...args) => (note('write', args[0]), store.put(...args)),
    }
    const h = smsHouse(
      { store: watched, keyring, now: clock },
      { sender: async () => void log.push('send') },
    )
    const asked = await challenge(h.twoFactor, 'ada')
    log.length = 0
    acceptedOf(await h.twoFactor.sms.send({ challenge: asked }))
    expect(log).toEqual([
      'read user',
      'read destination',
      'write destination',
      'write user',
      'send',
    ])
  })

  it('no store, no message: where a debit is not written nothing is sent', async () => {
    for (const write of ['before', 'after'] as const) {
      const store = stormyStore(memoryStore())
      const h = await settled({ store })
      const asked = await challenge(h.twoFactor, 'ada')
      store.weather.write = write
      await expect(h.twoFactor.sms.send({ challenge: asked })).rejects.toMatchObject({
        code: 'ERR_STORE',
      })
      expect(h.outbox).toEqual([])
    }
  })
})

describe('a provider that fails', () => {
  it('is ERR_SMS_SENDER with its cause, and no wrong code', async () => {
    const h = await settled()
    h.network.failures = 1
    await expect(send(h)).rejects.toMatchObject({
      code: 'ERR_SMS_SENDER',
      cause: new Error('the provider is down'),
    })
    expect((await peek(h, 'ada')).attempts.failures).toBe(0)
  })

  it('gives the 30 seconds back, once', async () => {
    const h = await settled()
    h.network.failures = 2
    await expect(send(h)).rejects.toMatchObject({ code: 'ERR_SMS_SENDER' })
    await expect(send(h)).rejects.toMatchObject({ code: 'ERR_SMS_SENDER' })
    expect(await send(h)).toEqual(tooSoon(new Date(h.clock().getTime() + 30_000)))
    h.clock.advance({ seconds: 30 })
    h.network.failures = 1
    await expect(send(h)).rejects.toMatchObject({ code: 'ERR_SMS_SENDER' })
    acceptedOf(await send(h))
    expect(await send(h)).toMatchObject({ reason: 'too_soon' })
  })

  it('and no place in the 5 of an hour', async () => {
    const h = await settled()
    for (let n = 0; n < 5; n++) {
      h.network.failures = 1
      await expect(send(h)).rejects.toMatchObject({ code: 'ERR_SMS_SENDER' })
      h.clock.advance({ seconds: 31 })
    }
    expect(await send(h)).toMatchObject({ reason: 'too_soon' })
    expect(h.outbox).toEqual([])
  })

  it('a message that went out before it gives nothing back', async () => {
    const h = await settled()
    const { code } = await challengeWithCode(h, 'ada')
    expect(code).toMatch(/^\d{6}$/)
    h.network.failures = 1
    expect(await send(h)).toMatchObject({ reason: 'too_soon' })
  })

  it('a sender that throws at once, or is no promise, fails alike', async () => {
    const throwing = await settled()
    const broken = smsHouse(
      { store: throwing.store, keyring: throwing.keyring, now: throwing.clock },
      {
        sender: () => {
          throw new Error('bug')
        },
      },
    )
    await expect(send(broken)).rejects.toMatchObject({ code: 'ERR_SMS_SENDER' })
  })
})
