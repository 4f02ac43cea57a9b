import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeUtf8, encodeUtf8 } from '../../src/crypto/utf8.ts'

it('spells any well-formed text in UTF-8, as Buffer does, and reads it again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
      expect(Buffer.from(encodeUtf8(text)).equals(Buffer.from(text))).toBe(true)
      expect(decodeUtf8(encodeUtf8(text))).toBe(text)
    }),
  )
})

it('refuses bytes that are no text, and goes on reading others', () => {
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]])
    expect(() => decodeUtf8(Uint8Array.from(bytes))).toThrow(TypeError)
  expect(decodeUtf8(Uint8Array.from([0xe2, 0x82, 0xac]))).toBe('€')
})
