// SHA-1 is our own: these tests are what it stands on, beside Wycheproof's vectors.
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { sha1 as noble } from '@noble/hashes/legacy.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createHmacSha1Key,
  hmacSha1,
  hmacSha1OfCounter,
  sha1,
  type Words,
} from '../../src/crypto/sha1.ts'
import rfc2202 from '../vectors/rfc2202-hmac-sha1.json' with { type: 'json' }

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const fromHex = (text: string): Buffer => Buffer.from(text, 'hex')

function bytesOf(words: Words): Buffer {
  const bytes = Buffer.alloc(words.length * 4)
  words.forEach((word, i) => bytes.writeInt32BE(word, i * 4))
  return bytes
}

describe('SHA-1', () => {
  it.each([
    ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '84983e441c3bd26ebaae4aa1f95129e5e54670f1',
    ],
    ['a'.repeat(1_000_000), '34aa973cd4c4daa4f61eeb2bdbad27316534016f'],
  ])('FIPS 180-4: the known answers, %#', (text, answer) => {
    expect(hex(bytesOf(sha1(Buffer.from(text))))).toBe(answer)
  })

  it('FIPS 180-4: agrees with node:crypto and @noble/hashes on every length up to five blocks', () => {
    for (let length = 0; length <= 5 * 64; length++) {
      const message = randomBytes(length)
      const expected = createHash('sha1').update(message).digest('hex')
      expect(hex(bytesOf(sha1(message))), String(length)).toBe(expected)
      expect(hex(noble(message)), String(length)).toBe(expected)
    }
  })
})

describe('HMAC-SHA-1', () => {
  it.each(rfc2202.cases)('RFC 2202 3: case %#', ({ key, data, digest }) => {
    expect(hex(hmacSha1(createHmacSha1Key(fromHex(key)), fromHex(data)))).toBe(digest)
  })

  it('RFC 2104: agrees with node:crypto on keys and messages of any length', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 400 }),
        (key, message) => {
          expect(hex(hmacSha1(createHmacSha1Key(key), message))).toBe(
            createHmac('sha1', key).update(message).digest('hex'),
          )
        },
      ),
      { numRuns: 1000 },
    )
  })

  it(
    'RFC 4226 5.1: 100,000 random keys and counters agree with node:crypto',
    { timeout: 120_000 },
    () => {
      const CASES = 100_000
      const lengths = randomBytes(CASES)
      const message = Buffer.alloc(8)
      const differing: string[] = []
      for (let i = 0; i < CASES; i++) {
        const random = randomBytes(8 + lengths[i]!)
        const counter = random.readUIntBE(0, 6) * 32 + (random[6]! & 31)
        const key = random.subarray(8)
        message.writeBigUInt64BE(BigInt(counter))
        const ours = bytesOf(hmacSha1OfCounter(createHmacSha1Key(key), counter))
        if (createHmac('sha1', key).update(message).digest().compare(ours) !== 0)
          differing.push(`${hex(key)} ${counter}`)
      }
      expect(differing).toEqual([])
    },
  )

  it('RFC 2104: 100,000 steps, each of which depends on the one before, end where node:crypto ends', () => {
    let ours: Uint8Array = new Uint8Array(20)
    let theirs: Buffer = Buffer.alloc(20)
    for (let step = 0; step < 100_000; step++) {
      // The last digest is the key of the next step, and part of its message.
      ours = hmacSha1(createHmacSha1Key(ours), ours.subarray(0, step % 21))
      theirs = createHmac('sha1', theirs)
        .update(theirs.subarray(0, step % 21))
        .digest()
    }
    expect(hex(ours)).toBe(theirs.toString('hex'))
  })

  it('the turns of several keys, counters and messages do not disturb each other', () => {
    const keys = [randomBytes(20), randomBytes(200)].map((bytes) => ({
      bytes,
      key: createHmacSha1Key(bytes),
    }))
    const zero = Buffer.alloc(8)
    for (const { bytes, key } of [...keys, ...keys]) {
      const long = randomBytes(500)
      const byNode = (message: Buffer): string =>
        createHmac('sha1', bytes).update(message).digest('hex')
      expect(hex(hmacSha1(key, long))).toBe(byNode(long))
      expect(hex(bytesOf(hmacSha1OfCounter(key, 0)))).toBe(byNode(zero))
      expect(hex(hmacSha1(key, zero))).toBe(byNode(zero))
    }
  })

  it('reads the bytes of a view, not of the buffer under it', () => {
    const all = randomBytes(100)
    const key = createHmacSha1Key(all.subarray(3, 40))
    expect(hex(hmacSha1(key, all.subarray(50, 90)))).toBe(
      createHmac('sha1', all.subarray(3, 40)).update(all.subarray(50, 90)).digest('hex'),
    )
  })
})
