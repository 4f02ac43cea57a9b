import { createHash, randomBytes } from 'node:crypto'
import { sha1 as reference } from '@noble/hashes/legacy.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSha1Class } from '../../src/crypto/sha1.ts'

interface Sha1 {
  update(bytes: Uint8Array): Sha1
  digest(): Uint8Array
}
const Class = createSha1Class() as new () => Sha1
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const hash = (...parts: Uint8Array[]): string =>
  hex(parts.reduce((open, part) => open.update(part), new Class()).digest())

describe('Sha1', () => {
  it.each([
    ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '84983e441c3bd26ebaae4aa1f95129e5e54670f1',
    ],
    ['a'.repeat(1_000_000), '34aa973cd4c4daa4f61eeb2bdbad27316534016f'],
  ])('FIPS 180-4: the known answers, %#', (text, answer) => {
    expect(hash(Buffer.from(text))).toBe(answer)
  })

  it('agrees with node:crypto and @noble/hashes on every length up to five blocks', () => {
    for (let length = 0; length <= 5 * 64; length++) {
      const message = randomBytes(length)
      const expected = createHash('sha1').update(message).digest('hex')
      expect(hash(message), String(length)).toBe(expected)
      expect(hex(reference(message)), String(length)).toBe(expected)
    }
  })

  it('reads a message in any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 8 }), (parts) => {
        expect(hash(...parts)).toBe(createHash('sha1').update(Buffer.concat(parts)).digest('hex'))
      }),
    )
  })

  it('cannot be used after its digest', () => {
    const open = new Class().update(Buffer.from('a'))
    open.digest()
    expect(() => open.update(Buffer.from('b'))).toThrow()
    expect(() => open.digest()).toThrow()
  })
})
