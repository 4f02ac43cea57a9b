import { type EventDetail, KeystepError, type KeystepEvent } from 'keystep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Activity, cut, emit, factsOf, readActivity, recordActivity } from '../../src/flow/events.ts'
import { enroll, house } from './house.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const FACTS = { ip: '203.0.113.7', userAgent: 'Browser/1.0' }

const removed = (n: number): EventDetail => ({ type: 'factor.removed', factorId: `f${n}`, kind: 'totp', label: 'Phone' })
const wrong = (inARow: number, counter: 'codes' | 'recovery' = 'codes'): EventDetail => ({ type: 'code.rejected', counter, inARow, passwordKnown: inARow >= 5 })

/** Everything that somebody with the password alone can cause, as often as they like. */
function guess(activity: readonly Activity[], times: number, from: number): Activity[] {
  let entries = [...activity]
  for (let n = 0; n < times; n++) {
    const [now, counter] = [from + n, n % 2 ? 'codes' : 'recovery'] as const
    const ip = `203.0.113.${n % 250}`
    const events: EventDetail[] = [wrong(n, counter), { type: 'locked', counter, retryAt: new Date(now + 30_000) }, { type: 'exhausted', counter }]
    events.push({ type: 'sms.sent', to: n % 3 ? 'primary' : 'backup' })
    entries = recordActivity(entries, events, now, { ip, userAgent: `Agent ${n}` })
  }
  return entries
}

describe('recordActivity', () => {
  it('ASVS 16.3: keeps what happened, when and from where, newest first, as it was told to onEvent', () => {
    const expiresAt = new Date(NOW + 86_400_000)
    const events: EventDetail[] = [removed(1), { type: 'support_code.issued', actor: 'eva', reason: 'lost phone', expiresAt }]
    expect(readActivity(recordActivity([], events, NOW, FACTS))).toEqual([
      { type: 'support_code.issued', actor: 'eva', reason: 'lost phone', expiresAt, at: new Date(NOW), ...FACTS },
      { ...removed(1), at: new Date(NOW), ...FACTS },
    ])
  })

  it('survives the record’s codec: reading after JSON gives the same', () => {
    const activity = guess(recordActivity([], [removed(1)], NOW, FACTS), 3, NOW)
    expect(readActivity(JSON.parse(JSON.stringify(activity)) as Activity[])).toEqual(readActivity(activity))
  })

  it('holds 20 lines at most, and lets the oldest go', () => {
    let activity: Activity[] = []
    for (let n = 0; n < 50; n++) activity = recordActivity(activity, [removed(n)], NOW + n, {})
    expect(readActivity(activity).map((entry) => entry.type === 'factor.removed' && entry.factorId)).toEqual(Array.from({ length: 20 }, (_, i) => `f${49 - i}`))
    const many = Array.from({ length: 50 }, (_, n) => removed(n))
    expect(recordActivity([], many, NOW, {})).toHaveLength(20)
  })

  it('10,000 wrong codes leave the history of changes in place', () => {
    const changes = [removed(1), { type: 'password.changed' }, { type: 'reset', actor: 'eva', reason: 'phone lost' }, { type: 'backup_codes.regenerated', count: 10 }] as const
    let activity: Activity[] = []
    for (const [n, change] of changes.entries()) activity = recordActivity(activity, [change], NOW + n, FACTS)
    const before = readActivity(activity)
    const after = readActivity(guess(activity, 10_000, NOW + 1000))
    expect(after.filter((entry) => before.some(({ type }) => type === entry.type))).toEqual(before)
    expect(after.length).toBeLessThanOrEqual(20)
  })

  it('whatever an attacker with the password does, at least a dozen changes before it stay', () => {
    let activity: Activity[] = []
    for (let n = 0; n < 12; n++) activity = recordActivity(activity, [removed(n)], NOW + n, FACTS)
    const after = guess(activity, 1000, NOW + 1000)
    expect(after.filter(({ type }) => type === 'factor.removed')).toHaveLength(12)
  })

  it('a mailbox that resets the password again and again washes nothing away', () => {
    let activity: Activity[] = recordActivity([], [removed(1)], NOW, FACTS)
    for (let n = 1; n <= 30; n++) activity = recordActivity(activity, [{ type: 'password.changed' }], NOW + n, FACTS)
    expect(readActivity(activity).map((entry) => [entry.type, entry.count])).toEqual([['password.changed', 30], ['factor.removed', undefined]])
  })

  it('repeated failures are one line: how many, the first, the last, and from where the last came', () => {
    let activity: Activity[] = []
    for (let n = 1; n <= 7; n++) activity = recordActivity(activity, [wrong(n)], NOW + n * 1000, { ip: `203.0.113.${n}` })
    expect(readActivity(activity)).toEqual([{ ...wrong(7), count: 7, firstAt: new Date(NOW + 1000), at: new Date(NOW + 7000), ip: '203.0.113.7' }])
  })

  it('failures of the two counters stay two lines, and a single one has no count', () => {
    const activity = recordActivity([], [wrong(1), wrong(1, 'recovery'), wrong(2)], NOW, {})
    expect(readActivity(activity)).toEqual([
      { ...wrong(2), count: 2, firstAt: new Date(NOW), at: new Date(NOW) },
      { ...wrong(1, 'recovery'), at: new Date(NOW) },
    ])
  })

  it('does not change the list that it was given', () => {
    const given = Object.freeze(guess([], 3, NOW).map((entry) => Object.freeze(entry)))
    const copy = JSON.stringify(given)
    recordActivity(given, [wrong(4), removed(1)], NOW, FACTS)
    expect(JSON.stringify(given)).toBe(copy)
  })
})

describe('what comes from outside', () => {
  it('is cut: ip to 45, user agent to 160 characters, and anything but text is left out', () => {
    const long = 'a'.repeat(10_000)
    expect(factsOf({ ip: long, userAgent: long })).toEqual({ ip: 'a'.repeat(45), userAgent: 'a'.repeat(160) })
    expect(factsOf({ ip: '2001:db8::1', userAgent: 'Browser/1.0' })).toEqual({ ip: '2001:db8::1', userAgent: 'Browser/1.0' })
    expect(factsOf(undefined)).toEqual({})
    for (const junk of [undefined, null, 7, {}, ['a'], { toString: () => 'a' }]) expect(factsOf({ ip: junk, userAgent: junk } as never)).toEqual({})
    expect(factsOf({ ip: 'a', cookie: 'session' } as never)).toEqual({ ip: 'a' })
  })

  it('is cut between characters, never within one', () => {
    for (const most of [45, 64, 160, 300]) {
      expect(cut('😀'.repeat(most), most)).toBe('😀'.repeat(Math.floor(most / 2)))
      expect(cut(`a${'😀'.repeat(most)}`, most)).toBe(`a${'😀'.repeat(Math.floor((most - 1) / 2))}`)
      expect(cut('a'.repeat(most), most)).toBe('a'.repeat(most))
    }
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.integer({ min: 1, max: 40 }), (text, most) => {
        const short = cut(text, most)
        expect(text.startsWith(short) && short.length <= most && short.length >= Math.min(text.length, most - 1)).toBe(true)
        expect(Buffer.from(short).toString()).toBe(short)
      }),
      { numRuns: 500 },
    )
  })

  it('writes no second line into a log, no escape into a terminal, and nothing that is no text', () => {
    expect(cut('Phone\nadmin: all is well\r\u001b[2J\u0000\u009b', 64)).toBe('Phone\ufffdadmin: all is well\ufffd\ufffd[2J\ufffd\ufffd')
    expect(cut('\ud83dPhone\ude00\ud83d', 64)).toBe('\ufffdPhone\ufffd\ufffd')
    expect(factsOf({ ip: '203.0.113.7\n', userAgent: 'a\tb' })).toEqual({ ip: '203.0.113.7\ufffd', userAgent: 'a\ufffdb' })
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '\n', '\0', '\ud83d', '\ude00', '€', '"', '\\'), { maxLength: 40 }), fc.integer({ min: 1, max: 40 }), (letters, most) => {
        const short = cut(letters.join(''), most)
        expect(Buffer.from(short).toString()).toBe(short)
        expect(Buffer.byteLength(JSON.stringify(short)) - 2).toBeLessThanOrEqual(3 * most)
      }),
    )
  })

  it('is cut at every door: actor and label to 64, reason to 300, ip and user agent too', async () => {
    const { twoFactor, clock, events } = house()
    const { factorId } = await enroll(twoFactor, 'ada', clock)
    const long = '😀'.repeat(1000)
    const context = { ip: long, userAgent: long }
    await twoFactor.factors.rename({ userId: 'ada', factorId, label: long, context })
    expect((await twoFactor.status({ userId: 'ada' })).factors[0]!.label).toBe('😀'.repeat(32))
    await twoFactor.recovery.issueSupportCode({ userId: 'ada', actor: long, reason: long, context })
    await twoFactor.recovery.reset({ userId: 'ada', actor: long, reason: long, context })
    const facts = { ip: '😀'.repeat(22), userAgent: '😀'.repeat(80) }
    const staff = { actor: '😀'.repeat(32), reason: '😀'.repeat(150) }
    const { activity } = await twoFactor.status({ userId: 'ada' })
    for (const told of [activity, events]) {
      for (const type of ['support_code.issued', 'reset']) expect(told.find((one) => one.type === type)).toMatchObject({ ...staff, ...facts })
      expect(told.find((one) => one.type === 'factor.removed')).toMatchObject({ label: '😀'.repeat(32), ...facts })
    }
  })

  it('is nothing at all where it is no text', () => {
    for (const junk of [undefined, null, 7, {}, [], { length: 3 }]) expect(cut(junk, 64)).toBe('')
  })
})

describe('emit', () => {
  const event = (n: number): KeystepEvent => ({ ...removed(n), at: new Date(NOW), userId: 'ada' })
  const settle = () => new Promise((resume) => setTimeout(resume, 5))
  const failing = {
    throws: () => {
      throw new Error('mail server down')
    },
    rejects: () => Promise.reject(new Error('mail server down')),
    'returns a thenable that rejects': () => ({ then: (_: unknown, reject: (error: Error) => void) => { reject(new Error('mail server down')) } }) as never,
  }

  it('hands every event on, in order', () => {
    const got: KeystepEvent[] = []
    emit((one) => void got.push(one), () => expect.unreachable(), [event(1), event(2)])
    expect(got).toEqual([event(1), event(2)])
  })

  it.each(Object.entries(failing))('a handler that %s is reported as ERR_EVENT_HANDLER with its cause, and the next event still comes', async (_, handler) => {
    const [got, errors]: [KeystepEvent[], KeystepError[]] = [[], []]
    emit((one) => { got.push(one); return handler() }, (error) => void errors.push(error), [event(1), event(2)])
    await settle()
    expect(got).toEqual([event(1), event(2)])
    expect(errors).toHaveLength(2)
    for (const error of errors) expect(error).toMatchObject({ name: 'KeystepError', code: 'ERR_EVENT_HANDLER', cause: { message: 'mail server down' } })
  })

  it.each(Object.entries(failing))('a reporter that fails too, over a handler that %s, ends there: no exception and no unhandled rejection', async (_, handler) => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      expect(() => { emit(handler, () => { throw new Error('log full') }, [event(1)]) }).not.toThrow()
      expect(() => { emit(handler, () => Promise.reject(new Error('log full')), [event(1)]) }).not.toThrow()
      await settle()
    } finally {
      process.off('unhandledRejection', note)
    }
    expect(unhandled).toEqual([])
  })

  it('a handler that hangs holds nobody up', () => {
    const got: KeystepEvent[] = []
    emit((one) => { got.push(one); return new Promise<void>(() => undefined) }, () => expect.unreachable(), [event(1), event(2)])
    expect(got).toHaveLength(2)
  })

  it('without a handler nothing happens', () => {
    expect(() => { emit(undefined, () => expect.unreachable(), [event(1)]) }).not.toThrow()
  })
})
