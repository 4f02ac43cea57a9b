import { _SHA256, _SHA512 } from '@noble/hashes/sha2.js'
import { OtpKey, verifyHotp, verifyTotp } from 'keystep/otp'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { sha1 } from '../../src/crypto/hmac.ts'
import { matchCounters } from '../../src/otp/match-counters.ts'
import { atStep, referenceHotp, RFC_KEY_BYTES, TWIN_STEPS } from './reference.ts'

const key = OtpKey.fromBytes(RFC_KEY_BYTES)
const codeOf = (counter: number) => referenceHotp(RFC_KEY_BYTES, counter)
const NOW = 1000

/**
 * How many blocks `call` sends through the compression functions: two for every code that is
 * computed.
 */
function countBlocks(call: () => unknown): number {
  const spies = [sha1().Hash, _SHA256, _SHA512].map((hash) =>
    vi.spyOn(hash.prototype as unknown as { process: () => void }, 'process'),
  )
  call()
  return spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0)
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

  it('a window costs two blocks a step, wherever the match lies and whether there is one', () => {
    matchCounters(key, '000000', [1], {})
    for (const step of [...all, 5]) {
      const blocks = countBlocks(() =>
        verifyTotp(key, codeOf(step), { at: atStep(NOW), lastUsedStep: null, window }),
      )
      expect(blocks, `match at ${step - NOW}`).toBe(42)
      vi.restoreAllMocks()
    }
  })

  it('a used step costs as much as a fresh one', () => {
    for (const lastUsedStep of [null, NOW - 10, NOW, NOW + 10, NOW + 99]) {
      const blocks = countBlocks(() =>
        verifyTotp(key, codeOf(NOW), { at: atStep(NOW), lastUsedStep, window }),
      )
      expect(blocks, String(lastUsedStep)).toBe(42)
      vi.restoreAllMocks()
    }
  })

  it('HOTP: two blocks a counter, wherever the match lies', () => {
    for (const counter of [10, 15, 20, 25]) {
      expect(
        countBlocks(() => verifyHotp(key, codeOf(counter), { counter: 10, lookAhead: 10 })),
        String(counter),
      ).toBe(22)
      vi.restoreAllMocks()
    }
  })

  it('nothing before step 0 and nothing after the last exact counter is a candidate', () => {
    const first = { at: atStep(0), lastUsedStep: null, window: { past: 10, future: 0 } }
    expect(countBlocks(() => verifyTotp(key, '000000', first))).toBe(2)
    vi.restoreAllMocks()
    const last = { counter: Number.MAX_SAFE_INTEGER - 2, lookAhead: 100 }
    expect(countBlocks(() => verifyHotp(key, '000000', last))).toBe(4)
  })

  it('the key is set up once for a whole window, and never again for the same key', () => {
    const fresh = OtpKey.fromBytes(RFC_KEY_BYTES)
    expect(
      countBlocks(() =>
        verifyTotp(fresh, '000000', { at: atStep(NOW), lastUsedStep: null, window }),
      ),
    ).toBe(2 + 42)
    vi.restoreAllMocks()
    expect(
      countBlocks(() => verifyTotp(fresh, '000000', { at: atStep(NOW), lastUsedStep: null })),
    ).toBe(6)
  })

  it('what is no code at all costs no block', () => {
    for (const typed of ['12345', 'x'.repeat(10_000_000)]) {
      expect(
        countBlocks(() => verifyTotp(key, typed, { at: atStep(NOW), lastUsedStep: null, window })),
      ).toBe(0)
      vi.restoreAllMocks()
    }
  })
})
