import { createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createHmacKey } from '../../src/crypto/hmac.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const byNode = (key: Uint8Array, message: Uint8Array): string =>
  createHmac('sha256', key).update(message).digest('hex')

it('RFC 2104: HMAC-SHA-256 agrees with node:crypto on keys and messages of any length', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 400 }),
      (key, message) => {
        expect(hex(createHmacKey(key).mac(message))).toBe(byNode(key, message))
      },
    ),
    { numRuns: 1000 },
  )
})

it('the turns of several keys and messages do not disturb each other', () => {
  const keys = [randomBytes(20), randomBytes(200)].map((bytes) => ({
    bytes,
    key: createHmacKey(bytes),
  }))
  for (const { bytes, key } of [...keys, ...keys]) {
    for (const message of [randomBytes(500), Buffer.alloc(0), Buffer.alloc(8)])
      expect(hex(key.mac(message))).toBe(byNode(bytes, message))
  }
})

it('reads the bytes of a view, not of the buffer under it', () => {
  const all = randomBytes(100)
  const mac = createHmacKey(all.subarray(3, 40)).mac(all.subarray(50, 90))
  expect(hex(mac)).toBe(byNode(all.subarray(3, 40), all.subarray(50, 90)))
})
