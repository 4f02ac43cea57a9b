import { createHash, randomBytes } from 'node:crypto'
import { _SHA256, _SHA512 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import installed from '../../node_modules/@noble/hashes/package.json' with { type: 'json' }
import manifest from '../../package.json' with { type: 'json' }
import {
  type ChainingValue,
  compress,
  compressAll,
  type Compression,
  padAfterBlock,
} from '../../src/crypto/compression.ts'
import { createSha1Class } from '../../src/crypto/sha1.ts'

const HASHES = [
  { name: 'SHA1', Hash: createSha1Class(), lengths: { blockLen: 64, outputLen: 20 }, words: 5 },
  { name: 'SHA256', Hash: _SHA256, lengths: { blockLen: 64, outputLen: 32 }, words: 8 },
  { name: 'SHA512', Hash: _SHA512, lengths: { blockLen: 128, outputLen: 64 }, words: 16 },
] as const

const hexOf = (words: ChainingValue): string =>
  words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
const open = (Hash: new () => unknown): Compression => new Hash() as Compression

describe('what the speed rests on in @noble/hashes', () => {
  it('is pinned exactly, because protected members are in use', () => {
    expect(manifest.dependencies['@noble/hashes']).toMatch(/^\d+\.\d+\.\d+$/)
    expect(installed.version).toBe(manifest.dependencies['@noble/hashes'])
  })

  it('still exports what SHA-1 is written on, with the members that it uses', async () => {
    const found: Record<string, unknown> = await import('@noble/hashes/_md.js')
    for (const name of ['Chi', 'Maj', 'HashMD'])
      expect(typeof found[name], `${name} of @noble/hashes/_md.js`).toBe('function')
    const hash = open(createSha1Class()) as unknown as Record<string, unknown>
    expect(hash['buffer'], 'buffer').toBeInstanceOf(Uint8Array)
    expect(hash['destroyed'], 'destroyed').toBe(false)
    const { _SHA256: Sha256, _SHA512: Sha512 }: Record<string, unknown> =
      await import('@noble/hashes/sha2.js')
    expect([typeof Sha256, typeof Sha512], '_SHA256 and _SHA512 of @noble/hashes/sha2.js').toEqual([
      'function',
      'function',
    ])
  })

  it.each(HASHES)(
    '$name still has set, process, get, roundClean and update, and its block and output lengths',
    ({ Hash, lengths, words }) => {
      const hash = new Hash() as Record<string, unknown>
      for (const name of ['set', 'process', 'get', 'roundClean', 'update'])
        expect(typeof hash[name], name).toBe('function')
      expect(hash).toMatchObject(lengths)
      const state = open(Hash).get()
      expect(state).toHaveLength(words)
      expect(state.every(Number.isInteger)).toBe(true)
    },
  )

  it.each(HASHES)(
    '$name: two blocks through process are the hash of a message that pads to two blocks',
    ({ name, Hash }) => {
      const compression = open(Hash)
      const initial = compression.get()
      const message = randomBytes(compression.blockLen + 40)
      const [first, second] = [
        new DataView(new ArrayBuffer(compression.blockLen)),
        padAfterBlock(compression, new Uint8Array(40)),
      ]
      message.forEach((byte, i) => {
        ;(i < compression.blockLen ? first : second).setUint8(i % compression.blockLen, byte)
      })
      const expected = createHash(name).update(message).digest('hex')
      for (const time of ['once', 'twice']) {
        expect(
          hexOf(compress(compression, compress(compression, initial, first), second)),
          time,
        ).toBe(expected)
      }
    },
  )

  it.each(HASHES)(
    '$name: goes on after a first block, whatever the length of the rest',
    ({ name, Hash }) => {
      const { blockLen } = open(Hash)
      const first = randomBytes(blockLen)
      const state = compress(
        open(Hash),
        open(Hash).get(),
        new DataView(Uint8Array.from(first).buffer),
      )
      for (let length = 0; length <= 3 * blockLen; length++) {
        const rest = randomBytes(length)
        const compression = open(Hash)
        expect(
          hexOf(compressAll(compression, state, padAfterBlock(compression, rest))),
          String(length),
        ).toBe(createHash(name).update(first).update(rest).digest('hex'))
      }
    },
  )
})
