import base32Decode from 'base32-decode'
import fc from 'fast-check'
import { decodeBase32, encodeBase32 } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { KeystepError } from '../../src/errors.ts'
import rfc4648 from '../vectors/rfc4648-section-10.json' with { type: 'json' }
import { thrownBy } from './reference.ts'

const ascii = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const refused = (text: unknown): KeystepError => {
  const error = thrownBy(() => decodeBase32(text as string))
  expect(error).toBeInstanceOf(KeystepError)
  expect((error as KeystepError).code).toBe('ERR_BASE32')
  return error as KeystepError
}

describe('base32', () => {
  it.each(rfc4648.values)('RFC 4648 10: "$ascii" is $base32', ({ ascii: text, base32 }) => {
    expect(encodeBase32(new TextEncoder().encode(text))).toBe(base32.replaceAll('=', ''))
    expect(ascii(decodeBase32(base32))).toBe(text)
    expect(ascii(decodeBase32(base32.replaceAll('=', '')))).toBe(text)
  })

  it('round-trips any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodeBase32(bytes)
        expect(text).toMatch(/^[A-Z2-7]*$/)
        expect(decodeBase32(text)).toEqual(bytes)
      }),
    )
  })

  it('agrees with a bare base32-decode on everything that it accepts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = encodeBase32(bytes)
        expect(decodeBase32(text)).toEqual(new Uint8Array(base32Decode(text, 'RFC4648')))
      }),
      { numRuns: 1000 },
    )
  })

  it('understands any case, spacing, dashes and padding of it', () => {
    const gap = fc.constantFrom('', '', ' ', '-', '\n', '\t', '\r\n', ' - ')
    const habits = fc.array(fc.tuple(gap, fc.boolean()), { minLength: 96, maxLength: 96 })
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 60 }),
        habits,
        fc.nat(6),
        (bytes, typing, padding) => {
          const digits = Array.from(encodeBase32(bytes))
          const text = digits
            .map((digit, i) => typing[i]![0] + (typing[i]![1] ? digit.toLowerCase() : digit))
            .join('')
          expect(decodeBase32(`${text} ${'='.repeat(padding)}\n`)).toEqual(bytes)
        },
      ),
    )
  })

  it('every text is either refused or the one spelling of its bytes, so that no key has two', () => {
    const text = fc.string({
      unit: fc.constantFrom(...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')),
      maxLength: 40,
    })
    let accepted = 0
    fc.assert(
      fc.property(text, (digits) => {
        try {
          expect(encodeBase32(decodeBase32(digits))).toBe(digits)
          accepted++
        } catch (error) {
          if (!(error instanceof KeystepError)) throw error
        }
      }),
      { numRuns: 3000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  it('RFC 4648 6: refuses impossible lengths', () => {
    for (const length of [1, 3, 6, 9, 11, 14, 27]) refused('A'.repeat(length))
    for (const length of [2, 4, 5, 7, 8, 10, 12, 13, 15, 16]) {
      expect(decodeBase32('A'.repeat(length))).toHaveLength(Math.floor((length * 5) / 8))
    }
  })

  it('RFC 4648 3.5: refuses trailing bits that are not zero', () => {
    for (const [good, bad] of [
      ['MY', 'MZ'],
      ['MZXQ', 'MZXR'],
      ['MZXW6', 'MZXW7'],
      ['MZXW6YQ', 'MZXW6YR'],
    ] as const) {
      expect(decodeBase32(good)).toBeInstanceOf(Uint8Array)
      refused(bad)
      refused(bad.toLowerCase())
    }
  })

  it('RFC 4648 12: no letter that merely turns into one of the alphabet, no 0, 1, 8, 9', () => {
    const letters = ['\u017f', '\u0131', '\u212a', '\u24b6', 'é', '🔑']
    for (const odd of [...letters, '0', '1', '8', '9', '_', '+', '/', '\u0000']) {
      refused(`GEZDGNB${odd}`)
      refused(odd.repeat(8))
    }
  })

  it('understands what chats, mails and phones put into a key', () => {
    const bytes = decodeBase32('GEZDGNBVGY3TQOJQ')
    for (const text of [
      'GEZD\u00a0GNBV\u202fGY3T\u2009QOJQ',
      'GEZD\u2011GNBV\u2013GY3T\u2014QOJQ',
      'GEZD\u200bGNBV\u2060GY3T\u00adQOJQ\ufeff',
      '\u201cGEZDGNBVGY3TQOJQ\u201d.',
      '`gezd gnbv gy3t qojq`',
      'ＧＥＺＤＧＮＢＶＧＹ３ＴＱＯＪＱ',
      '- GEZDGNBVGY3TQOJQ======,',
    ])
      expect(decodeBase32(text), text).toEqual(bytes)
  })

  it('refuses punctuation alone: it is around nothing', () => {
    for (const text of ['!', '.', '...', ' . ', '?!', ':']) refused(text)
  })

  it('refuses padding within, padding alone, and more of it than base32 ever has', () => {
    for (const text of [
      '=',
      '======',
      ' == ',
      'MY=A====',
      'M=Y',
      '=MY',
      'MY=======',
      `MY${'='.repeat(1000)}`,
    ])
      refused(text)
  })

  it('refuses what is no string, and text or bytes past the bound', () => {
    for (const text of [null, undefined, 7, ['MY'], { length: 2 }, new Uint8Array(2)]) refused(text)
    expect(decodeBase32('A'.repeat(65_536))).toHaveLength(40_960)
    refused('A'.repeat(65_537))
    const views = [new Uint16Array(2), new ArrayBuffer(2), new Uint8Array(40_961)]
    for (const bytes of [null, undefined, 'MY', [1, 2], { length: 2 }, ...views]) {
      expect(() => encodeBase32(bytes as Uint8Array)).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION' }),
      )
    }
  })

  it('takes bytes of another realm and views into a larger buffer', async () => {
    const { runInNewContext } = await import('node:vm')
    expect(encodeBase32(runInNewContext('Uint8Array.of(102, 111, 111)'))).toBe('MZXW6')
    expect(encodeBase32(new TextEncoder().encode('xxfooxx').subarray(2, 5))).toBe('MZXW6')
    expect(encodeBase32(Buffer.from('foo'))).toBe('MZXW6')
  })

  it('issue bound: hostile text of 1 MB, and the longest that is read, is refused in under 50 ms', () => {
    const long = ['='.repeat(1_000_000), `${'='.repeat(999_999)}A`]
    const read = [
      '='.repeat(65_536),
      `A${'='.repeat(65_534)}A`,
      `${' -'.repeat(32_767)}=A`,
      `${' '.repeat(65_535)}0`,
      `${'.'.repeat(65_534)}A0`,
      '\u{1d7ff}'.repeat(32_768),
      '\uff21\uff3f'.repeat(32_768),
    ]
    const hostile = [...long, ...read]
    for (const text of hostile) {
      // The best of five: what is measured is this text, not the other work of the machine.
      const times = Array.from({ length: 5 }, () => {
        const start = performance.now()
        refused(text)
        return performance.now() - start
      })
      expect(Math.min(...times)).toBeLessThan(50)
    }
  })

  it('no message repeats the text', () => {
    for (const text of ['GEZDGNB0', 'GEZDGNBVGY3', 'MZXW7', `GEZDGNB${'='.repeat(9)}`]) {
      const error = refused(text)
      expect(`${error.message} ${error.stack ?? ''}`).not.toContain(text)
      expect(error.cause).toBeUndefined()
    }
  })
})
