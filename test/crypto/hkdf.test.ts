import { hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { expand, extract } from '../../src/crypto/hkdf.ts'

const hex = (bytes: ArrayBuffer | Uint8Array): string =>
  Buffer.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)).toString('hex')

it('RFC 5869 A.1: the first 32 bytes of test case 1', () => {
  const salt = Uint8Array.from({ length: 13 }, (_, i) => i)
  const info = Uint8Array.from({ length: 10 }, (_, i) => 0xf0 + i)
  const okm = expand(extract(salt, new Uint8Array(22).fill(0x0b)), info)
  expect(hex(okm)).toBe('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf')
})

it('RFC 5869: agrees with hkdfSync of node:crypto on any material, salt and info', () => {
  const bytes = fc.uint8Array({ maxLength: 150 })
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 150 }),
      bytes,
      bytes,
      (material, salt, info) => {
        expect(hex(expand(extract(salt, material), info))).toBe(
          hex(hkdfSync('sha256', material, salt, info, 32)),
        )
      },
    ),
  )
})
