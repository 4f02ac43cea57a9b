import { OtpKey, verifyHotp, verifyTotp } from 'keystep/otp'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { matchCounters } from '../../src/otp/match-counters.ts'
import { counterKeyOf } from '../../src/otp/otp-key.ts'
import { atStep, referenceHotp, RFC_KEY_BYTES, TWIN_STEPS } from './reference.ts'

const key = OtpKey.fromBytes(RFC_KEY_BYTES)
const codeOf = (counter: number) => referenceHotp(RFC_KEY_BYTES, counter)
const NOW = 1000

/** How many codes `call` computes with a key. */
function countCodes(call: () => unknown, of: OtpKey = key): number {
  const computed = vi.spyOn(counterKeyOf(of, 'SHA1'), 'truncatedAt')
  call()
  return computed.mock.calls.length
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('matchCounters', () => {
  it('finds every matching counter, in the order given', () => {
    expect(matchCounters(key, codeOf(5), [3, 4, 5, 6], {})).toEqual([5])
    expect(matchCounters(key, codeOf(5), [5, 9, 5], {})).toEqual([5, 5])
    expect(matchCounters(key, codeOf(5), [3, 4, 6], {})).toEqual([])
    expect(matchCounters(key, codeOf(5), [], {})).toEqual([])
    const [first, last] = TWIN_STEPS
    expect(codeOf(last)).toBe(codeOf(first))
    expect(matchCounters(key, codeOf(first), [first - 1, first, first + 1, last], {})).toEqual([
      first,
      last,
    ])
  })

  it('refuses a bad key or option whatever was typed', () => {
    for (const typed of [codeOf(5), 'no code', null]) {
      expect(() => matchCounters(key, typed, [5], { digits: 9 as 6 })).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION' }),
      )
      expect(() => matchCounters({} as never, typed, [5], {})).toThrow(
        expect.objectContaining({ code: 'ERR_KEY' }),
      )
    }
  })
})

describe('V25: every candidate is computed and compared, without an early exit', () => {
  const window = { past: 10, future: 10 }
  const all = Array.from({ length: 21 }, (_, i) => NOW - 10 + i)

  it('a window computes every step, wherever the match lies and whether there is one', () => {
    for (const step of [...all, 5]) {
      const codes = countCodes(() =>
        verifyTotp(key, codeOf(step), { at: atStep(NOW), lastUsedStep: null, window }),
      )
      expect(codes, `match at ${step - NOW}`).toBe(21)
      vi.restoreAllMocks()
    }
  })

  it('a used step costs as much as a fresh one', () => {
    for (const lastUsedStep of [null, NOW - 10, NOW, NOW + 10, NOW + 99]) {
      const codes = countCodes(() =>
        verifyTotp(key, codeOf(NOW), { at: atStep(NOW), lastUsedStep, window }),
      )
      expect(codes, String(lastUsedStep)).toBe(21)
      vi.restoreAllMocks()
    }
  })

  it('HOTP: every counter, wherever the match lies', () => {
    for (const counter of [10, 15, 20, 25]) {
      expect(
        countCodes(() => verifyHotp(key, codeOf(counter), { counter: 10, lookAhead: 10 })),
        String(counter),
      ).toBe(11)
      vi.restoreAllMocks()
    }
  })

  it('nothing before step 0 and nothing after the last exact counter is a candidate', () => {
    const first = { at: atStep(0), lastUsedStep: null, window: { past: 10, future: 0 } }
    expect(countCodes(() => verifyTotp(key, '000000', first))).toBe(1)
    vi.restoreAllMocks()
    const last = { counter: Number.MAX_SAFE_INTEGER - 2, lookAhead: 100 }
    expect(countCodes(() => verifyHotp(key, '000000', last))).toBe(2)
  })

  it('the key is set up once for a whole window, and never again for the same key', () => {
    const fresh = OtpKey.fromBytes(RFC_KEY_BYTES)
    const first = counterKeyOf(fresh, 'SHA1')
    verifyTotp(fresh, '000000', { at: atStep(NOW), lastUsedStep: null, window })
    expect(counterKeyOf(fresh, 'SHA1')).toBe(first)
    expect(counterKeyOf(fresh, 'SHA256')).not.toBe(first)
  })

  it('what is no code at all computes none', () => {
    for (const typed of ['12345', 'x'.repeat(10_000_000)]) {
      expect(
        countCodes(() => verifyTotp(key, typed, { at: atStep(NOW), lastUsedStep: null, window })),
      ).toBe(0)
      vi.restoreAllMocks()
    }
  })
})
