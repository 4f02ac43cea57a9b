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
  restart,
  restartRecovery,
  succeed,
  unlock,
} from '../../src/record/throttle.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const DAY = 86_400_000
const limits = resolveLimits()

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

describe('the account of 30 days', () => {
  /** Wrong codes of an attacker who stays below every lock, until nothing is looked at any more. */
  function patiently(attempts: Attempts, now: number): { attempts: Attempts; judged: number } {
    let [state, judged] = [attempts, 0]
    while (gateOf(state.codes, now, limits) === 'open') {
      const missed = miss(state, 'codes', now, limits)
      judged++
      state =
        missed.attempts.codes.streak === 4 && !missed.exhausted
          ? succeed(missed.attempts)
          : missed.attempts
    }
    return { attempts: state, judged }
  }

  it('63B-4 3.2.2: a right backup code after the monthly stop allows 10 more and not 100, each time', () => {
    let { attempts, judged } = patiently(noAttempts, NOW)
    expect(judged).toBe(100)
    for (let lift = 0; lift < 5; lift++) {
      ;({ attempts, judged } = patiently(recover(attempts, NOW, limits), NOW))
      expect(judged).toBe(10)
      expect(attempts.codes.wrongAt, 'the list stays short').toHaveLength(100)
    }
  })

  it('the 10 are lent once: a right backup code without a stop lends none, and 30 days later the account is what it was', () => {
    const { attempts } = patiently(noAttempts, NOW)
    let lifted = misses(3, NOW, recover(attempts, NOW, limits))
    for (let n = 0; n < 4; n++) lifted = recover(lifted, NOW, limits)
    expect(patiently(lifted, NOW).judged).toBe(7)
    const month = NOW + 30 * DAY
    expect(patiently(recover(attempts, month, limits), month).judged).toBe(100)
  })

  it('attemptsLeft knows of the 10', () => {
    let attempts = recover(patiently(noAttempts, NOW).attempts, NOW, limits)
    const left: number[] = []
    for (let n = 0; n < 10; n++) {
      const missed = miss(attempts, 'codes', NOW, limits)
      left.push(missed.attemptsLeft)
      attempts = n === 3 || n === 6 ? succeed(missed.attempts) : missed.attempts
    }
    expect(left).toEqual([4, 3, 2, 1, 4, 3, 2, 2, 1, 0])
  })

  it('the account goes on over a backup code, a new set and a reset by staff; unlock alone empties it', () => {
    const wrong = misses(60, NOW, misses(60, NOW), 'recovery')
    for (const after of [
      recover(wrong, NOW, limits),
      restartRecovery(wrong, NOW, limits),
      restart(wrong, NOW, limits),
    ]) {
      expect([after.codes.wrongAt, after.recovery.wrongAt].map(({ length }) => length)).toEqual([
        60, 60,
      ])
      expect(isExhausted(after.recovery, limits)).toBe(false)
    }
    const { attempts, judged } = unlock(wrong, NOW)
    expect(judged).toBe(120)
    for (const counter of ['codes', 'recovery'] as const)
      expect(attempts[counter]).toEqual(noAttempts[counter])
    expect([attempts.failures, attempts.stops], 'V20: what a stop ended stays ended').toEqual([
      120,
      wrong.stops,
    ])
    expect(unlock(wrong, NOW + 31 * DAY).judged).toBe(0)
  })

  it('a reset keeps nothing that lies ahead of the clock', () => {
    const ahead = misses(100, NOW + 400 * DAY)
    expect(restart(ahead, NOW, limits).codes).toEqual(noAttempts.codes)
    expect(restart(misses(60, NOW), NOW, limits)).toMatchObject({
      failures: 0,
      stops: 0,
      codes: { streak: 0, lockedUntil: 0, stopped: false },
    })
  })
})
