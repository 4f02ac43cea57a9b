import { generateHotp, OtpKey, verifyHotp } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { createHmac } from 'node:crypto'
import rfc4226 from '../vectors/rfc4226-appendix-d.json' with { type: 'json' }
import { ALGORITHMS, findStep, referenceHotp, RFC_KEY_BYTES } from './reference.ts'

const key = OtpKey.fromBytes(new TextEncoder().encode(rfc4226.secretAscii))

describe('generateHotp', () => {
  it.each(rfc4226.values)(
    'RFC 4226 Appendix D: counter $counter is $hotp',
    ({ counter, hotp, truncated }) => {
      expect(generateHotp(key, { counter })).toBe(hotp)
      expect(generateHotp(key, { counter, digits: 8 })).toBe(
        String(truncated % 100_000_000).padStart(8, '0'),
      )
    },
  )

  it('RFC 4226 5.3: the value whose truncation is 92555 shows as 092555', () => {
    const counter = 10281
    expect(generateHotp(key, { counter, digits: 8 })).toBe('00092555')
    expect(generateHotp(key, { counter, digits: 7 })).toBe('0092555')
    expect(generateHotp(key, { counter })).toBe('092555')
    expect(verifyHotp(key, '092555', { counter, lookAhead: 0 })).toEqual({
      counter,
      nextCounter: counter + 1,
    })
    for (const short of ['92555', '5', '000005'])
      expect(verifyHotp(key, short, { counter })).toBeNull()
  })

  it('RFC 4226 5.1, RFC 6238 4.2: counters are 8 bytes, past 2^32 and up to 2^53 - 1', () => {
    for (const counter of [
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 32 + 1,
      2 ** 40 + 12345,
      Number.MAX_SAFE_INTEGER,
    ]) {
      expect(generateHotp(key, { counter }), String(counter)).toBe(
        referenceHotp(RFC_KEY_BYTES, counter),
      )
    }
    expect(generateHotp(key, { counter: 2 ** 32 })).not.toBe(generateHotp(key, { counter: 0 }))
  })

  it.each(ALGORITHMS)(
    'RFC 2104 2: keys shorter than, equal to and longer than a block, %s',
    (algorithm) => {
      const block = algorithm === 'SHA512' ? 128 : 64
      for (const length of [
        10,
        16,
        20,
        block - 1,
        block,
        block + 1,
        2 * block,
        2 * block + 1,
        1024,
      ]) {
        const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255)
        const any = OtpKey.fromBytes(bytes, { allowShortKey: true })
        for (const counter of [0, 1, 2 ** 33]) {
          const code = generateHotp(any, { counter, algorithm, digits: 8 })
          expect(code, `${length} bytes`).toBe(referenceHotp(bytes, counter, algorithm, 8))
        }
      }
    },
  )

  it('keeps the algorithms of one key apart', () => {
    const codes = () =>
      ALGORITHMS.map((algorithm) => generateHotp(key, { counter: 7, algorithm, digits: 8 }))
    const expected = ALGORITHMS.map((algorithm) => referenceHotp(RFC_KEY_BYTES, 7, algorithm, 8))
    expect(codes()).toEqual(expected)
    expect(codes()).toEqual(expected)
  })
})

describe('dynamic truncation', () => {
  it.each(ALGORITHMS)(
    'RFC 4226 5.3: %s: reads 31 bits from every one of the 16 offsets',
    (algorithm) => {
      const seen = new Set<number>()
      const message = Buffer.alloc(8)
      const rfcKey = OtpKey.fromBytes(RFC_KEY_BYTES)
      for (let counter = 0; counter < 400; counter++) {
        message.writeUInt32BE(counter, 4)
        seen.add(createHmac(algorithm, RFC_KEY_BYTES).update(message).digest().at(-1)! & 15)
        const code = generateHotp(rfcKey, { counter, digits: 8, algorithm })
        expect(code).toBe(referenceHotp(RFC_KEY_BYTES, counter, algorithm, 8))
      }
      expect(seen.size).toBe(16)
    },
  )
})

describe('verifyHotp', () => {
  const codeOf = (counter: number) => referenceHotp(RFC_KEY_BYTES, counter)

  it('RFC 4226 7.2: by default takes the expected counter alone', () => {
    expect(verifyHotp(key, codeOf(10), { counter: 10 })).toEqual({ counter: 10, nextCounter: 11 })
    expect(verifyHotp(key, codeOf(11), { counter: 10 })).toBeNull()
  })

  it('RFC 4226 7.4: looks ahead exactly as far as told', () => {
    for (let ahead = 0; ahead <= 5; ahead++) {
      const code = codeOf(10 + ahead)
      expect(verifyHotp(key, code, { counter: 10, lookAhead: 5 })).toEqual({
        counter: 10 + ahead,
        nextCounter: 11 + ahead,
      })
    }
    expect(verifyHotp(key, codeOf(16), { counter: 10, lookAhead: 5 })).toBeNull()
    expect(verifyHotp(key, codeOf(110), { counter: 10, lookAhead: 100 })).toEqual({
      counter: 110,
      nextCounter: 111,
    })
  })

  it('V5: never looks behind, so a spent code stays spent', () => {
    for (let behind = 1; behind <= 10; behind++) {
      expect(
        verifyHotp(key, codeOf(10 - behind), { counter: 10, lookAhead: 100 }),
        `${behind} behind`,
      ).toBeNull()
    }
  })

  it('of two counters with one code takes the first, so that the token is not left behind', () => {
    const seen = new Map<string, number>()
    const later = findStep((code, step) => {
      const before = seen.get(code)
      seen.set(code, step)
      return before !== undefined && step - before <= 100
    })
    const code = codeOf(later)
    const first = findStep((other) => other === code, later - 100)
    expect(first).toBeLessThan(later)
    expect(verifyHotp(key, code, { counter: first, lookAhead: 100 })).toEqual({
      counter: first,
      nextCounter: first + 1,
    })
    expect(verifyHotp(key, code, { counter: first + 1, lookAhead: 100 })).toEqual({
      counter: later,
      nextCounter: later + 1,
    })
  })

  it('ends at the last counter whose successor is still exact', () => {
    const last = Number.MAX_SAFE_INTEGER - 1
    expect(verifyHotp(key, codeOf(last), { counter: last - 1, lookAhead: 100 })).toEqual({
      counter: last,
      nextCounter: last + 1,
    })
    expect(() => verifyHotp(key, '000000', { counter: last + 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION' }),
    )
  })

  it('verifies what generateHotp makes, for all algorithms and digits', () => {
    for (const algorithm of ALGORITHMS) {
      for (const digits of [6, 7, 8] as const) {
        const code = generateHotp(key, { counter: 5, algorithm, digits })
        expect(code).toHaveLength(digits)
        expect(verifyHotp(key, code, { counter: 4, lookAhead: 2, algorithm, digits })).toEqual({
          counter: 5,
          nextCounter: 6,
        })
      }
    }
  })
})
