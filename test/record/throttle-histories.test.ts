import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CounterName,
  gateOf,
  miss,
  noAttempts,
  recover,
  resolveLimits,
  restartRecovery,
  succeed,
  unlock,
} from '../../src/record/throttle.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR
const LIMITS = resolveLimits({ freeAttempts: 3, hardStop: 8, monthlyStop: 14 })
const RELIEF = 10

type Deed = 'wrong' | 'right' | 'right backup' | 'new codes' | 'unlock'
interface Entry {
  readonly deed: Deed
  readonly counter: CounterName
  readonly at: number
}

/**
 * The rule, told anew from the whole diary at each look, without any state of the library's: what
 * is looked at now, and why not. A diary holds what was judged, and nothing else.
 */
function gateByDiary(
  diary: readonly Entry[],
  counter: CounterName,
  now: number,
): 'open' | 'exhausted' | number {
  const ends = (entry: Entry): boolean =>
    lifts(entry, counter) || (entry.deed === 'right' && counter === 'codes')
  const row = diary.slice(1 + diary.findLastIndex(ends)).filter((entry) => isWrong(entry, counter))
  if (row.length >= LIMITS.hardStop || isFullAndSpent(diary, counter)) return 'exhausted'
  const lock = [60, 120, 240, 480, 960, 1920][row.length - LIMITS.freeAttempts] ?? 3600
  const until = row.length < LIMITS.freeAttempts ? 0 : row.at(-1)!.at + lock * SECOND
  return until > now ? until : 'open'
}

const isWrong = ({ deed, counter }: Entry, name: CounterName): boolean =>
  deed === 'wrong' && counter === name
/** What ends a stop: a right backup code those of both, new codes that of `recovery`. */
const lifts = ({ deed }: Entry, name: CounterName): boolean =>
  deed === 'right backup' || deed === 'unlock' || (deed === 'new codes' && name === 'recovery')

/**
 * Whether a wrong code since the last lift filled the 30 days, beyond the ten that a lift of such a
 * stop allows.
 */
function isFullAndSpent(diary: readonly Entry[], counter: CounterName): boolean {
  const lifted = diary.findLastIndex((entry) => lifts(entry, counter))
  return diary.some((entry, i) => {
    if (
      i <= lifted ||
      !isWrong(entry, counter) ||
      !isFull(diary.slice(0, i + 1), counter, entry.at)
    )
      return false
    const relieved = diary.findLastIndex((_, n) => isRelief(diary, n, counter))
    return (
      relieved < 0 ||
      diary.slice(relieved, i + 1).filter((one) => isWrong(one, counter)).length >= RELIEF
    )
  })
}

function isFull(diary: readonly Entry[], counter: CounterName, now: number): boolean {
  const from = diary.findLastIndex(({ deed }) => deed === 'unlock')
  return (
    diary.filter((entry, i) => i > from && isWrong(entry, counter) && entry.at > now - 30 * DAY)
      .length >= LIMITS.monthlyStop
  )
}

/** A lift of a stop while the account was full. */
function isRelief(diary: readonly Entry[], n: number, counter: CounterName): boolean {
  const entry = diary[n]!
  if (entry.deed === 'unlock' || !lifts(entry, counter)) return false
  const before = diary.slice(0, n)
  return isFull(before, counter, entry.at) && gateByDiary(before, counter, Infinity) === 'exhausted'
}

/**
 * Histories that come to every lock and stop: bursts of wrong codes, waits, and now and then
 * something right.
 */
type Step =
  | { burst: number; counter: CounterName }
  | { deed: Exclude<Deed, 'wrong'>; counter: CounterName }
  | { wait: number }
const codes = fc.constantFrom<CounterName>('codes', 'codes', 'recovery')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ burst: fc.integer({ min: 1, max: 9 }), counter: codes }) },
  {
    weight: 3,
    arbitrary: fc.record({
      deed: fc.constant<'right'>('right'),
      counter: fc.constant<CounterName>('codes'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      deed: fc.constantFrom<'right backup' | 'new codes'>(
        'right backup',
        'right backup',
        'new codes',
      ),
      counter: fc.constant<CounterName>('recovery'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ deed: fc.constantFrom<'unlock'>('unlock'), counter: codes }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      wait: fc.constantFrom(SECOND, 59 * SECOND, HOUR, DAY, 10 * DAY, 30 * DAY - SECOND, 30 * DAY),
    }),
  },
)

describe('any history', () => {
  it('RFC 4226 7.3, PCI DSS 8.3.4, 63B-4 3.2.2: is judged as its diary says: each lock, both stops, the account and what lifts them', () => {
    const seen = { locked: 0, exhausted: 0, relieved: 0, spent: 0 }
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
        const diary: Entry[] = []
        let [attempts, now] = [noAttempts, NOW]
        const look = (counter: CounterName): boolean => {
          const gate = gateOf(attempts[counter], now, LIMITS)
          const expected = gateByDiary(diary, counter, now)
          expect(
            gate === 'open'
              ? gate
              : gate.reason === 'exhausted'
                ? gate.reason
                : gate.retryAt.getTime(),
          ).toBe(expected)
          if (expected === 'exhausted') seen.exhausted++
          else if (expected !== 'open') seen.locked++
          return expected === 'open'
        }
        const note = (deed: Deed, counter: CounterName): void =>
          void diary.push({ deed, counter, at: now })
        const guess = (counter: CounterName): void => {
          const gate = gateOf(attempts[counter], now, LIMITS)
          // Somebody who waits out each lock.
          if (gate !== 'open' && gate.reason === 'locked') now = gate.retryAt.getTime()
          if (!look(counter)) return
          const told = miss(attempts, counter, now, LIMITS)
          attempts = told.attempts
          note('wrong', counter)
          expect(told.exhausted).toBe(gateByDiary(diary, counter, now) === 'exhausted')
        }
        for (const one of steps) {
          if ('wait' in one) now += one.wait
          else if ('burst' in one) for (let n = 0; n < one.burst; n++) guess(one.counter)
          else if (one.deed === 'right') {
            if (!look('codes')) continue
            attempts = succeed(attempts)
            note('right', 'codes')
          } else {
            const wasStopped = attempts.codes.stopped
            if (one.deed === 'unlock') attempts = unlock(attempts, now).attempts
            // What keystep made is compared whatever is locked.
            else
              attempts =
                one.deed === 'new codes'
                  ? restartRecovery(attempts, now, LIMITS)
                  : recover(attempts, now, LIMITS)
            note(one.deed, one.counter)
            if (wasStopped && attempts.codes.relief === RELIEF) seen.relieved++
            if (one.deed === 'right backup' && attempts.codes.relief === undefined && wasStopped)
              seen.spent++
          }
          for (const counter of ['codes', 'recovery'] as const) look(counter)
        }
      }),
      { numRuns: 400 },
    )
    for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(20)
  })

  it('V1, 63B-4 3.2.2: judges at most 100 wrong codes in any 30 days, and 10 more for each right backup code that lifted the stop', () => {
    const full = resolveLimits()
    let most = 0
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 30, maxLength: 120 }),
        fc.integer({ min: 1, max: 20 }),
        (bursts, hours) => {
          let [attempts, now] = [noAttempts, NOW]
          const [wrong, lifted]: [number[], number[]] = [[], []]
          for (const burst of bursts) {
            for (let n = 0; n < burst; n++) {
              const gate = gateOf(attempts.codes, now, full)
              if (gate !== 'open' && gate.reason === 'exhausted') break
              if (gate !== 'open') now = gate.retryAt.getTime()
              attempts = miss(attempts, 'codes', now, full).attempts
              wrong.push(now)
            }
            // The owner, who has backup codes without end.
            if (attempts.codes.stopped && attempts.codes.wrongAt.length >= 100) lifted.push(now)
            attempts =
              burst % 2
                ? recover(attempts, now, full)
                : attempts.codes.stopped
                  ? attempts
                  : succeed(attempts)
            now += hours * HOUR
          }
          for (const to of wrong) {
            const within = wrong.filter((at) => at > to - 30 * DAY && at <= to).length
            // The relief of a lift before these 30 days may be spent within them.
            const reliefs = 1 + lifted.filter((at) => at > to - 30 * DAY && at <= to).length
            most = Math.max(most, within)
            if (within > 100 + (lifted.length > 0 ? 10 * reliefs : 0)) return false
          }
          return true
        },
      ),
      { numRuns: 60 },
    )
    expect(most, 'some history came to the stop and beyond').toBeGreaterThanOrEqual(100)
  })
})
