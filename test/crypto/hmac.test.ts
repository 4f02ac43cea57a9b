import { createHmac, randomBytes } from 'node:crypto'
import { _SHA256, _SHA512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ChainingValue } from '../../src/crypto/compression.ts'
import { createHmacKey, hmac, hmacOfCounter, sha1, sha256, sha512 } from '../../src/crypto/hmac.ts'

const HASHES = [
  { name: 'SHA1', hash: sha1, Hash: sha1().Hash },
  { name: 'SHA256', hash: sha256, Hash: _SHA256 },
  { name: 'SHA512', hash: sha512, Hash: _SHA512 },
] as const

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

function bytesOf(words: ChainingValue): Buffer {
  const bytes = Buffer.alloc(words.length * 4)
  words.forEach((word, i) => bytes.writeInt32BE(word, i * 4))
  return bytes
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('hmacOfCounter', () => {
  it.each(HASHES)(
    '$name: 100,000 random keys and counters agree with node:crypto',
    { timeout: 120_000 },
    ({ name, hash }) => {
      const CASES = 100_000
      const lengths = randomBytes(CASES)
      const message = Buffer.alloc(8)
      const differing: string[] = []
      for (let i = 0; i < CASES; i++) {
        const random = randomBytes(8 + lengths[i]!)
        const counter = random.readUIntBE(0, 6) * 32 + (random[6]! & 31)
        const key = random.subarray(8)
        message.writeBigUInt64BE(BigInt(counter))
        const ours = bytesOf(hmacOfCounter(createHmacKey(hash, key), counter))
        if (createHmac(name, key).update(message).digest().compare(ours) !== 0)
          differing.push(`${hex(key)} ${counter}`)
      }
      expect(differing).toEqual([])
    },
  )
})

describe('hmac', () => {
  it.each(HASHES)(
    '$name, RFC 2104: agrees with node:crypto on keys and messages of any length',
    ({ name, hash }) => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 300 }),
          fc.uint8Array({ maxLength: 400 }),
          (key, message) => {
            expect(hex(hmac(createHmacKey(hash, key), message))).toBe(
              createHmac(name, key).update(message).digest('hex'),
            )
          },
        ),
        { numRuns: 1000 },
      )
    },
  )

  it.each(HASHES)(
    '$name: the turns of several keys, counters and messages do not disturb each other',
    ({ name, hash }) => {
      const keys = [randomBytes(20), randomBytes(200)].map((bytes) => ({
        bytes,
        key: createHmacKey(hash, bytes),
      }))
      const zero = Buffer.alloc(8)
      for (const { bytes, key } of [...keys, ...keys]) {
        const long = randomBytes(500)
        expect(hex(hmac(key, long))).toBe(createHmac(name, bytes).update(long).digest('hex'))
        expect(hex(bytesOf(hmacOfCounter(key, 0)))).toBe(
          createHmac(name, bytes).update(zero).digest('hex'),
        )
        expect(hex(hmac(key, zero))).toBe(createHmac(name, bytes).update(zero).digest('hex'))
      }
    },
  )

  it('reads the bytes of a view, not of the buffer under it', () => {
    const all = randomBytes(100)
    const key = createHmacKey(sha256, all.subarray(3, 40))
    expect(hex(hmac(key, all.subarray(50, 90)))).toBe(
      createHmac('sha256', all.subarray(3, 40)).update(all.subarray(50, 90)).digest('hex'),
    )
  })

  it.each(HASHES)('$name: no key and no message stays behind in the schedule', ({ hash, Hash }) => {
    const clean = vi.spyOn(Hash.prototype as unknown as { roundClean: () => void }, 'roundClean')
    const key = createHmacKey(hash, randomBytes(20))
    expect(clean).toHaveBeenCalledOnce()
    hmac(key, randomBytes(20))
    expect(clean).toHaveBeenCalledTimes(2)
    expect(hash().keyBlock.every((byte) => byte === 0)).toBe(true)
  })
})
