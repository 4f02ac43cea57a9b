import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
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

describe('any history', () => {
  type Step =
    | 'wrong code'
    | 'wrong backup code'
    | 'right code'
    | 'right backup code'
    | 'new backup codes'
    | number
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<Step>('wrong code', 'wrong backup code') },
    {
      weight: 2,
      arbitrary: fc.constantFrom<Step>('right code', 'right backup code', 'new backup codes'),
    },
    { weight: 4, arbitrary: fc.constantFrom<Step>(SECOND, 40 * SECOND, HOUR, 10 * DAY) },
  )

  it('RFC 4226 7.3: never looks at more wrong codes than the limits allow, whatever happens in between', () => {
    const strict = resolveLimits({ freeAttempts: 3, hardStop: 8, monthlyStop: 12 })
    let [rowsFull, monthsFull] = [0, 0]
    fc.assert(
      fc.property(fc.array(step, { minLength: 60, maxLength: 300 }), (steps) => {
        let attempts = noAttempts
        let now = NOW
        /**
         * The wrong codes that were looked at: in a row, and the instants of all since the last
         * lift.
         */
        const looked = {
          codes: { row: 0, all: [] as number[] },
          recovery: { row: 0, all: [] as number[] },
        }
        for (const one of steps) {
          if (typeof one === 'number') now += one
          else if (one === 'new backup codes') {
            attempts = restartRecovery(attempts)
            looked.recovery = { row: 0, all: [] }
          } else {
            const name = one.includes('backup') ? 'recovery' : 'codes'
            if (gateOf(attempts[name], now, strict) !== 'open') continue
            if (one.startsWith('right')) {
              if (name === 'recovery' && isExhausted(attempts.codes, strict)) looked.codes.all = []
              attempts = name === 'codes' ? succeed(attempts) : recover(attempts, now, strict)
              looked.codes.row = 0
              if (name === 'recovery') looked.recovery.row = 0
            } else {
              attempts = miss(attempts, name, now, strict).attempts
              looked[name].row++
              looked[name].all.push(now)
            }
          }
          for (const name of ['codes', 'recovery'] as const) {
            const { row, all } = looked[name]
            const month = all.filter((at) => at > now - 30 * DAY + SECOND).length
            if (
              row > 8 ||
              month > 12 ||
              attempts[name].streak !== row ||
              attempts[name].wrongAt.length > 12
            )
              return false
            if (row === 8) rowsFull++
            if (month === 12) monthsFull++
          }
        }
        return true
      }),
      { numRuns: 300 },
    )
    expect(rowsFull, 'histories that came to the hard stop').toBeGreaterThan(0)
    expect(monthsFull, 'histories that came to the monthly stop').toBeGreaterThan(0)
  })
})
