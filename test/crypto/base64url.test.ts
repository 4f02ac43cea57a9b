import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { loadOn } from './with-and-without.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const LETTERS = Array.from(ALPHABET)
const bytes = fc.uint8Array({ maxLength: 200 })

const load = (platform: Parameters<typeof loadOn>[0]) =>
  loadOn(
    platform,
    () => import('../../src/crypto/base64url.ts'),
    ({ encodeText }) => encodeText(''),
  )

const paths = {
  'its own tables': await load('without'),
  "the platform's Buffer": await load('with modules'),
}
afterAll(() => vi.resetModules())

it('the two paths are two: Buffer is called by one alone', () => {
  const called = vi.spyOn(Buffer, 'from')
  const calls = Object.values(paths).map(({ encodeText }) => {
    called.mockClear()
    encodeText('text')
    return called.mock.calls.length
  })
  called.mockRestore()
  expect(calls).toEqual([0, 1])
})

describe.each(Object.entries(paths))(
  'base64url by %s',
  (_, { decodeBase64url, encodeBase64url, encodeText }) => {
    it('RFC 4648 10: the test vectors, without padding', () => {
      const vectors = {
        '': '',
        'f': 'Zg',
        'fo': 'Zm8',
        'foo': 'Zm9v',
        'foob': 'Zm9vYg',
        'fooba': 'Zm9vYmE',
        'foobar': 'Zm9vYmFy',
      }
      for (const [text, encoded] of Object.entries(vectors)) {
        expect(encodeText(text)).toBe(encoded)
        expect(Buffer.from(decodeBase64url(encoded)!).toString()).toBe(text)
      }
    })

    it('RFC 4648 5: agrees with Buffer on any bytes, both ways', () => {
      fc.assert(
        fc.property(bytes, (input) => {
          const encoded = Buffer.from(input).toString('base64url')
          expect(encodeBase64url(input)).toBe(encoded)
          expect(decodeBase64url(encoded)).toEqual(new Uint8Array(input))
        }),
        { numRuns: 1000 },
      )
    })

    it('reads a view of a larger buffer, and nothing beside it', () => {
      const whole = randomBytes(300)
      for (let length = 0; length < 20; length++) {
        const view = new Uint8Array(whole.buffer, whole.byteOffset + 100, length)
        expect(encodeBase64url(view)).toBe(Buffer.from(view).toString('base64url'))
      }
    })

    it('RFC 4648 3.5: a text is either the one encoding of some bytes, or nothing', () => {
      const text = fc.string({
        unit: fc.constantFrom(...LETTERS, '=', '+', '/', ' ', '\n', '\0', 'é', 'Ａ', '😀'),
        maxLength: 12,
      })
      const likely = fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 12 })
      fc.assert(
        fc.property(fc.oneof(text, likely), (input) => {
          const decoded = decodeBase64url(input)
          if (decoded) expect(encodeBase64url(decoded)).toBe(input)
          else expect(Buffer.from(input, 'base64url').toString('base64url') === input).toBe(false)
        }),
        { numRuns: 5000 },
      )
    })

    it('RFC 4648 3.5: refuses stray bits, all of them', () => {
      for (const last of LETTERS) {
        const value = ALPHABET.indexOf(last)
        expect(decodeBase64url(`A${last}`) !== null, `A${last}`).toBe(value % 16 === 0)
        expect(decodeBase64url(`AA${last}`) !== null, `AA${last}`).toBe(value % 4 === 0)
        expect(decodeBase64url(`AAAA${last}`), 'one character alone is no byte').toBeNull()
      }
    })

    it('refuses every foreign character at every place', () => {
      for (let code = 0; code < 300; code++) {
        const letter = String.fromCharCode(code)
        if (ALPHABET.includes(letter)) continue
        for (const at of [0, 1, 2, 3, 4, 5, 6]) {
          const text = `${'A'.repeat(at)}${letter}${'A'.repeat(6 - at)}`
          expect(decodeBase64url(text), `character ${code} at ${at}`).toBeNull()
        }
      }
    })

    it('gives bytes in memory of their own, not in a pool that others read', () => {
      expect(decodeBase64url('A'.repeat(64))!.buffer.byteLength).toBe(48)
    })

    it('takes 8 MB, at the three possible ends', () => {
      for (const length of [8_000_000, 8_000_001, 8_000_002]) {
        const big = randomBytes(length)
        const encoded = encodeBase64url(big)
        expect(encoded === big.toString('base64url')).toBe(true)
        expect(Buffer.from(decodeBase64url(encoded)!).equals(big)).toBe(true)
        expect(decodeBase64url(`${encoded.slice(0, -4)}!!!!`)).toBeNull()
      }
    })
  },
)
