import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  type Attempts,
  type CounterName,
  gateOf,
  isExhausted,
  miss,
  noAttempts,
  recover,
  resolveLimits,
  restartRecovery,
  succeed,
} from '../../src/record/throttle.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR
const limits = resolveLimits()

/**
 * One wrong code after another, each as soon as it is looked at, until nothing is looked at any
 * more.
 */
function guess(most = 1000, given = limits, counter: CounterName = 'codes') {
  let attempts = noAttempts
  let now = NOW
  const guesses: { left: number; lockedFor: number | null; exhausted: boolean }[] = []
  while (guesses.length < most) {
    const gate = gateOf(attempts[counter], now, given)
    if (gate !== 'open' && gate.reason === 'exhausted') break
    if (gate !== 'open') now = gate.retryAt.getTime()
    const missed = miss(attempts, counter, now, given)
    attempts = missed.attempts
    guesses.push({
      left: missed.attemptsLeft,
      lockedFor: missed.retryAt && (missed.retryAt.getTime() - now) / SECOND,
      exhausted: missed.exhausted,
    })
  }
  return { guesses, attempts, now }
}

/** Wrong codes at one instant, as if every lock had passed. */
function misses(
  count: number,
  now: number,
  from: Attempts = noAttempts,
  counter: CounterName = 'codes',
): Attempts {
  let attempts = from
  for (let i = 0; i < count; i++) attempts = miss(attempts, counter, now, limits).attempts
  return attempts
}

describe('63B-4 3.2.2: the exact locks', () => {
  it('PCI DSS 8.3.4: the tenth wrong code in a row locks for 32 minutes, and every one after it for longer, however the limits are lowered', () => {
    for (let freeAttempts = 1; freeAttempts <= 5; freeAttempts++) {
      const { guesses } = guess(1000, resolveLimits({ freeAttempts }))
      expect(guesses[9]!.lockedFor).toBeGreaterThanOrEqual(32 * 60)
      for (const { lockedFor, exhausted } of guesses.slice(10))
        expect(exhausted || lockedFor! > 32 * 60).toBe(true)
    }
    expect(guess().guesses[9]!.lockedFor).toBe(32 * 60)
  })

  it('four wrong codes are free, the fifth locks a minute, each further one twice as long, up to an hour', () => {
    const expected = [
      null,
      null,
      null,
      null,
      60,
      120,
      240,
      480,
      960,
      1920,
      ...Array<number>(39).fill(3600),
      null,
    ]
    expect(guess().guesses.map(({ lockedFor }) => lockedFor)).toEqual(expected)
  })

  it('the fiftieth wrong code in a row is the hard stop, for ever', () => {
    const { guesses, attempts, now } = guess()
    expect(guesses).toHaveLength(50)
    expect(guesses.map(({ exhausted }) => exhausted)).toEqual([
      ...Array<boolean>(49).fill(false),
      true,
    ])
    for (const later of [0, HOUR, 30 * DAY, 3650 * DAY])
      expect(gateOf(attempts.codes, now + later, limits)).toEqual({ reason: 'exhausted' })
  })

  it('attemptsLeft counts down to the next lock, and is 0 on the code that locks', () => {
    expect(guess().guesses.map(({ left }) => left)).toEqual([
      4,
      3,
      2,
      1,
      ...Array<number>(46).fill(0),
    ])
  })

  it('somebody who waits out every lock gets 50 guesses, and needs more than a day and a half for them', () => {
    expect((guess().now - NOW) / HOUR).toBeGreaterThan(36)
  })

  it('RFC 4226 7.3: a lock ends at its very instant, not a millisecond before', () => {
    const attempts = misses(5, NOW)
    const retryAt = new Date(NOW + 60 * SECOND)
    expect(gateOf(attempts.codes, NOW, limits)).toEqual({ reason: 'locked', retryAt })
    expect(gateOf(attempts.codes, NOW + 60 * SECOND - 1, limits)).toEqual({
      reason: 'locked',
      retryAt,
    })
    expect(gateOf(attempts.codes, NOW + 60 * SECOND, limits)).toBe('open')
  })
})

describe('63B-4 3.2.2: 100 wrong codes within 30 days', () => {
  /** Four wrong codes and a right one, at an interval: what never reaches a lock. */
  function patient(
    rounds: number,
    interval: number,
  ): { attempts: Attempts; now: number; exhaustedAt: number | null } {
    let attempts = noAttempts
    let wrong = 0
    for (let round = 0; round < rounds; round++) {
      const now = NOW + round * interval
      for (let i = 0; i < 4; i++) {
        const missed = miss(attempts, 'codes', now, limits)
        wrong++
        if (missed.exhausted) return { attempts: missed.attempts, now, exhaustedAt: wrong }
        attempts = missed.attempts
      }
      attempts = succeed(attempts)
    }
    return { attempts, now: NOW + rounds * interval, exhaustedAt: null }
  }

  it('stop too, however many right codes the owner types in between', () => {
    const { attempts, now, exhaustedAt } = patient(1000, DAY)
    expect(exhaustedAt).toBe(100)
    expect(gateOf(attempts.codes, now, limits)).toEqual({ reason: 'exhausted' })
  })

  it('the stop is latched: it does not melt away with the 30 days, nor by a right code', () => {
    const { attempts, now } = patient(1000, DAY)
    for (const later of [31 * DAY, 365 * DAY])
      expect(gateOf(attempts.codes, now + later, limits)).toEqual({ reason: 'exhausted' })
    expect(isExhausted(succeed(attempts).codes, limits)).toBe(true)
  })

  it('fewer within any 30 days never stop, and the list of them stays short', () => {
    const { attempts, exhaustedAt } = patient(500, 1.3 * DAY)
    expect(exhaustedAt).toBeNull()
    expect(attempts.codes.wrongAt.length).toBeLessThan(100)
  })

  it('a wrong code counts for 30 days to the second', () => {
    let attempts = noAttempts
    for (let i = 0; i < 33; i++) attempts = succeed(misses(3, NOW, attempts))
    expect(attempts.codes.wrongAt).toHaveLength(99)
    expect(miss(attempts, 'codes', NOW + 30 * DAY - SECOND, limits).exhausted).toBe(true)
    expect(miss(attempts, 'codes', NOW + 30 * DAY, limits).exhausted).toBe(false)
  })

  it('attemptsLeft knows of them: the last one left is the last', () => {
    let attempts = noAttempts
    for (let i = 0; i < 24; i++) attempts = succeed(misses(4, NOW, attempts))
    const left = [1, 2, 3, 4].map(() => {
      const missed = miss(attempts, 'codes', NOW, limits)
      attempts = missed.attempts
      return [missed.attemptsLeft, missed.exhausted]
    })
    expect(left).toEqual([
      [3, false],
      [2, false],
      [1, false],
      [0, true],
    ])
  })
})

describe('the two counters', () => {
  it('wrong codes of one kind never lock the other: a phished app leaves the way of recovery open, and the other way round', () => {
    for (const [counter, other] of [
      ['codes', 'recovery'],
      ['recovery', 'codes'],
    ] as const) {
      const { attempts, now } = guess(1000, limits, counter)
      expect(gateOf(attempts[counter], now, limits)).toEqual({ reason: 'exhausted' })
      expect(gateOf(attempts[other], now, limits)).toBe('open')
      expect(attempts[other]).toEqual(noAttempts[other])
    }
  })

  it('a right code ends the streak and the lock of codes, and nothing of recovery', () => {
    const wrong = misses(7, NOW, misses(7, NOW), 'recovery')
    const after = succeed(wrong)
    expect(gateOf(after.codes, NOW, limits)).toBe('open')
    expect(miss(after, 'codes', NOW, limits).attemptsLeft).toBe(4)
    expect(after.recovery).toEqual(wrong.recovery)
    expect([wrong.failures, after.failures]).toEqual([14, 0])
    expect(after.codes.wrongAt).toHaveLength(7)
  })

  it('a right backup code ends both streaks, and lifts their hard stops', () => {
    const stopped = misses(7, NOW, guess().attempts, 'recovery')
    const after = recover(stopped, NOW, limits)
    expect(gateOf(after.codes, NOW, limits)).toBe('open')
    expect(gateOf(after.recovery, NOW, limits)).toBe('open')
    expect([after.codes.streak, after.recovery.streak, after.failures]).toEqual([0, 0, 0])
    expect(miss(after, 'codes', NOW, limits)).toMatchObject({ exhausted: false, attemptsLeft: 4 })
  })

  it('new backup codes and support codes end the streak of recovery alone', () => {
    const stopped = misses(60, NOW, guess().attempts, 'recovery')
    const after = restartRecovery(stopped, NOW, limits)
    expect(gateOf(after.recovery, NOW, limits)).toBe('open')
    expect(after.codes).toEqual(stopped.codes)
    expect(after.failures).toBe(stopped.failures)
  })

  it('V20: a hard stop of codes ends what was issued before it; one of recovery does not', () => {
    const { attempts, now } = guess()
    expect(attempts.stops).toBe(1)
    expect(misses(49, NOW).stops).toBe(0)
    expect(misses(60, NOW, noAttempts, 'recovery').stops).toBe(0)
    expect(recover(attempts, now, limits).stops).toBe(1)
  })
})

describe('limits', () => {
  it('63B-4 3.2.2: default to what the plan says, and can be lowered', () => {
    expect(limits).toEqual({ freeAttempts: 5, hardStop: 50, monthlyStop: 100 })
    expect(resolveLimits({})).toEqual(limits)
    expect(resolveLimits({ freeAttempts: undefined })).toEqual(limits)
    expect(resolveLimits({ freeAttempts: 1, hardStop: 1, monthlyStop: 1 })).toEqual({
      freeAttempts: 1,
      hardStop: 1,
      monthlyStop: 1,
    })
  })

  it('63B-4 3.2.2: are never raised, switched off or made something else', () => {
    const most = { freeAttempts: 5, hardStop: 50, monthlyStop: 100 }
    for (const [name, value] of Object.entries(most)) {
      for (const bad of [
        value + 1,
        0,
        -1,
        1.5,
        NaN,
        Infinity,
        -Infinity,
        '3',
        null,
        true,
        [3],
        {},
        3n,
        Number.MAX_SAFE_INTEGER,
      ]) {
        expect(() => resolveLimits({ [name]: bad as number }), `${name}: ${inspect(bad)}`).toThrow(
          expect.objectContaining({ code: 'ERR_OPTION' }) as Error,
        )
      }
    }
  })

  it('lowered ones lock and stop earlier', () => {
    const strict = resolveLimits({ freeAttempts: 2, hardStop: 4 })
    expect(guess(1000, strict).guesses).toEqual([
      { left: 1, lockedFor: null, exhausted: false },
      { left: 0, lockedFor: 60, exhausted: false },
      { left: 0, lockedFor: 120, exhausted: false },
      { left: 0, lockedFor: null, exhausted: true },
    ])
    const stopFirst = resolveLimits({ hardStop: 3 })
    expect(guess(1000, stopFirst).guesses.map(({ left }) => left)).toEqual([2, 1, 0])
    expect(guess(1000, resolveLimits({ monthlyStop: 2 })).guesses).toHaveLength(2)
  })

  it('lowering the hard stop holds at once for who is beyond it already', () => {
    expect(gateOf(misses(10, NOW - DAY).codes, NOW, resolveLimits({ hardStop: 10 }))).toEqual({
      reason: 'exhausted',
    })
  })
})
