import { type EventDetail, KeystepError, type KeystepEvent } from 'keystep'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cut, emit, factsOf } from '../../src/record/events.ts'
import { enroll, house } from '../flow/house.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')

const removed = (n: number): EventDetail => ({
  type: 'factor.removed',
  factorId: `f${n}`,
  kind: 'totp',
  label: 'Phone',
})

describe('what comes from outside', () => {
  it('is cut: ip to 45, user agent to 160 characters, and anything but text is left out', () => {
    const long = 'a'.repeat(10_000)
    expect(factsOf({ ip: long, userAgent: long })).toEqual({
      ip: 'a'.repeat(45),
      userAgent: 'a'.repeat(160),
    })
    expect(factsOf({ ip: '2001:db8::1', userAgent: 'Browser/1.0' })).toEqual({
      ip: '2001:db8::1',
      userAgent: 'Browser/1.0',
    })
    expect(factsOf(undefined)).toEqual({})
    for (const junk of [undefined, null, 7, {}, ['a'], { toString: () => 'a' }])
      expect(factsOf({ ip: junk, userAgent: junk } as never)).toEqual({})
    expect(factsOf({ ip: 'a', cookie: 'session' } as never)).toEqual({ ip: 'a' })
  })

  it('is cut between characters, never within one', () => {
    for (const most of [45, 64, 160, 300]) {
      expect(cut('😀'.repeat(most), most)).toBe('😀'.repeat(Math.floor(most / 2)))
      expect(cut(`a${'😀'.repeat(most)}`, most)).toBe(`a${'😀'.repeat(Math.floor((most - 1) / 2))}`)
      expect(cut('a'.repeat(most), most)).toBe('a'.repeat(most))
    }
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (text, most) => {
          const short = cut(text, most)
          expect(
            text.startsWith(short) &&
              short.length <= most &&
              short.length >= Math.min(text.length, most - 1),
          ).toBe(true)
          expect(Buffer.from(short).toString()).toBe(short)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('writes no second line into a log, no escape into a terminal, and nothing that is no text', () => {
    expect(cut('Phone\nadmin: all is well\r\u001b[2J\u0000\u009b', 64)).toBe(
      'Phone\ufffdadmin: all is well\ufffd\ufffd[2J\ufffd\ufffd',
    )
    expect(cut('\ud83dPhone\ude00\ud83d', 64)).toBe('\ufffdPhone\ufffd\ufffd')
    expect(factsOf({ ip: '203.0.113.7\n', userAgent: 'a\tb' })).toEqual({
      ip: '203.0.113.7\ufffd',
      userAgent: 'a\ufffdb',
    })
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '\n', '\0', '\ud83d', '\ude00', '€', '"', '\\'), {
          maxLength: 40,
        }),
        fc.integer({ min: 1, max: 40 }),
        (letters, most) => {
          const short = cut(letters.join(''), most)
          expect(Buffer.from(short).toString()).toBe(short)
          expect(Buffer.byteLength(JSON.stringify(short)) - 2).toBeLessThanOrEqual(3 * most)
        },
      ),
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
      for (const type of ['support_code.issued', 'reset'])
        expect(told.find((one) => one.type === type)).toMatchObject({ ...staff, ...facts })
      expect(told.find((one) => one.type === 'factor.removed')).toMatchObject({
        label: '😀'.repeat(32),
        ...facts,
      })
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
    'throws': () => {
      throw new Error('mail server down')
    },
    'rejects': () => Promise.reject(new Error('mail server down')),
    'returns a thenable that rejects': () =>
      ({
        then: (_: unknown, reject: (error: Error) => void) => {
          reject(new Error('mail server down'))
        },
      }) as never,
  }

  it('is not asked where there is no handler: what was done stands, and nobody is told of anything', async () => {
    const errors: KeystepError[] = []
    const { twoFactor, clock } = house({
      onEvent: undefined,
      onError: (error) => void errors.push(error),
    })
    const { factorId } = await enroll(twoFactor, 'ada', clock)
    expect(await twoFactor.factors.rename({ userId: 'ada', factorId, label: 'Phone' })).toEqual({
      outcome: 'accepted',
    })
    await settle()
    expect((await twoFactor.status({ userId: 'ada' })).activity[0]).toMatchObject({
      type: 'factor.renamed',
      label: 'Phone',
    })
    expect(errors).toEqual([])
  })

  it('hands every event on, in order', () => {
    const got: KeystepEvent[] = []
    emit(
      (one) => void got.push(one),
      () => expect.unreachable(),
      [event(1), event(2)],
    )
    expect(got).toEqual([event(1), event(2)])
  })

  it.each(Object.entries(failing))(
    'a handler that %s is reported as ERR_EVENT_HANDLER with its cause, and the next event still comes',
    async (_, handler) => {
      const [got, errors]: [KeystepEvent[], KeystepError[]] = [[], []]
      emit(
        (one) => {
          got.push(one)
          return handler()
        },
        (error) => void errors.push(error),
        [event(1), event(2)],
      )
      await settle()
      expect(got).toEqual([event(1), event(2)])
      expect(errors).toHaveLength(2)
      for (const error of errors)
        expect(error).toMatchObject({
          name: 'KeystepError',
          code: 'ERR_EVENT_HANDLER',
          cause: { message: 'mail server down' },
        })
    },
  )

  it.each(Object.entries(failing))(
    'a reporter that fails too, over a handler that %s, ends there: no exception and no unhandled rejection',
    async (_, handler) => {
      const unhandled: unknown[] = []
      const note = (reason: unknown) => void unhandled.push(reason)
      process.on('unhandledRejection', note)
      try {
        expect(() => {
          emit(handler, () => {
            throw new Error('log full')
          }, [event(1)])
        }).not.toThrow()
        expect(() => {
          emit(handler, () => Promise.reject(new Error('log full')), [event(1)])
        }).not.toThrow()
        await settle()
      } finally {
        process.off('unhandledRejection', note)
      }
      expect(unhandled).toEqual([])
    },
  )

  it('a handler that hangs holds nobody up', () => {
    const got: KeystepEvent[] = []
    emit(
      (one) => {
        got.push(one)
        return new Promise<void>(() => undefined)
      },
      () => expect.unreachable(),
      [event(1), event(2)],
    )
    expect(got).toHaveLength(2)
  })
})
