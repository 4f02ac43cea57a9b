import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { loadOn } from './with-and-without.ts'

const bytes = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from(randomBytes(length))
const plain = fc.uint8Array({ maxLength: 300 }).map((array) => Uint8Array.from(array))

function openByNode(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), {
    authTagLength: 16,
  })
  decipher.setAAD(associated).setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
}

function sealByNode(
  key: Uint8Array,
  text: Uint8Array,
  associated: Uint8Array,
  authTagLength = 16,
): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength })
  cipher.setAAD(associated)
  return Uint8Array.from(
    Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]),
  )
}

const load = (platform: Parameters<typeof loadOn>[0]) =>
  loadOn(
    platform,
    () => import('../../src/crypto/aead.ts'),
    ({ sealBytes }) => sealBytes(bytes(32), bytes(1), bytes(1)),
  )

const paths = {
  'WebCrypto': await load('without'),
  "the platform's synchronous AES": await load('with modules'),
}
afterAll(() => vi.resetModules())

it("the two paths are two: each opens the other's, and WebCrypto is called by one alone", async () => {
  const [key, text, associated] = [bytes(32), bytes(40), bytes(20)]
  const called = vi.spyOn(crypto.subtle, 'encrypt')
  for (const [name, { sealBytes }] of Object.entries(paths)) {
    called.mockClear()
    const sealed = Uint8Array.from(await sealBytes(key, text, associated))
    expect(called).toHaveBeenCalledTimes(name === 'WebCrypto' ? 1 : 0)
    for (const { openBytes } of Object.values(paths))
      expect(await openBytes(key, sealed, associated)).toEqual(text)
  }
  called.mockRestore()
})

describe.each(Object.entries(paths))('aead by %s', (_, { openBytes, sealBytes }) => {
  it('SP 800-38D: node:crypto opens what it seals, and it opens what node:crypto seals', async () => {
    await fc.assert(
      fc.asyncProperty(plain, plain, async (text, associated) => {
        const key = bytes(32)
        const sealed = await sealBytes(key, text, associated)
        expect(sealed).toHaveLength(12 + text.length + 16)
        expect(openByNode(key, sealed, associated).equals(text)).toBe(true)
        expect(await openBytes(key, sealByNode(key, text, associated), associated)).toEqual(text)
      }),
      { numRuns: 200 },
    )
  })

  it('SP 800-38D 8.2: never uses a nonce twice', async () => {
    const [key, text, associated] = [bytes(32), bytes(10), bytes(10)]
    const nonces = await Promise.all(
      Array.from({ length: 500 }, async () =>
        Buffer.from(await sealBytes(key, text, associated))
          .subarray(0, 12)
          .toString('hex'),
      ),
    )
    expect(new Set(nonces).size).toBe(500)
  })

  it('SP 800-38D 8.2: draws each nonce for its seal alone, so that processes resumed from one snapshot part', async () => {
    const drawn = vi.spyOn(crypto, 'getRandomValues')
    for (let seal = 1; seal <= 70; seal++) {
      await sealBytes(bytes(32), bytes(10), bytes(10))
      expect(drawn).toHaveBeenCalledTimes(seal)
    }
    drawn.mockRestore()
  })

  it('opens nothing when any bit of nonce, ciphertext, tag or associated data is another, or the key is', async () => {
    const [key, text, associated] = [bytes(32), bytes(40), bytes(20)]
    const sealed = Uint8Array.from(await sealBytes(key, text, associated))
    const flipped = (array: Uint8Array, bit: number) =>
      Uint8Array.from(array, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
    for (let bit = 0; bit < sealed.length * 8; bit++)
      expect(await openBytes(key, flipped(sealed, bit), associated), `bit ${bit}`).toBeNull()
    for (let bit = 0; bit < associated.length * 8; bit++)
      expect(await openBytes(key, sealed, flipped(associated, bit))).toBeNull()
    for (let bit = 0; bit < 256; bit += 17)
      expect(await openBytes(flipped(key, bit), sealed, associated)).toBeNull()
    expect(await openBytes(key, sealed, associated)).toEqual(text)
  })

  it('SP 800-38D 5.2.1.2: a tag of fewer than 16 bytes opens nothing, cut off or made so', async () => {
    const [key, text, associated] = [bytes(32), bytes(40), bytes(20)]
    const sealed = Uint8Array.from(await sealBytes(key, text, associated))
    for (let cut = 1; cut <= sealed.length; cut++)
      expect(await openBytes(key, sealed.slice(0, -cut), associated), `${cut} bytes cut`).toBeNull()
    for (const length of [4, 8, 12, 13, 14, 15]) {
      expect(
        await openBytes(key, sealByNode(key, text, associated, length), associated),
        `tag of ${length}`,
      ).toBeNull()
    }
  })

  it('seals an empty text, and opens no bytes that are too few to be sealed', async () => {
    const [key, associated] = [bytes(32), bytes(3)]
    const sealed = Uint8Array.from(await sealBytes(key, new Uint8Array(), associated))
    expect(await openBytes(key, sealed, associated)).toEqual(new Uint8Array())
    for (let length = 0; length < 28; length++)
      expect(await openBytes(key, bytes(length), associated)).toBeNull()
  })
})
