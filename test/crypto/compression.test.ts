import { createHash, randomBytes } from 'node:crypto'
import { _SHA1 } from '@noble/hashes/legacy.js'
import { _SHA256, _SHA512 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { bytesOf, compress, type Compression, endMessage, finishHash } from '../../src/crypto/compression.ts'

const HASHES = [
  { name: 'SHA1', Hash: _SHA1, lengths: { blockLen: 64, outputLen: 20 }, words: 5 },
  { name: 'SHA256', Hash: _SHA256, lengths: { blockLen: 64, outputLen: 32 }, words: 8 },
  { name: 'SHA512', Hash: _SHA512, lengths: { blockLen: 128, outputLen: 64 }, words: 16 },
] as const

const open = (Hash: new () => unknown): Compression => new Hash() as Compression

describe('what the speed rests on in @noble/hashes', () => {
  it('is pinned exactly, because protected members are in use', () => {
    expect(manifest.dependencies['@noble/hashes']).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it.each(HASHES)('_$name still has set, process, get and roundClean, and its block and output lengths', ({ Hash, lengths, words }) => {
    const hash = new Hash() as unknown as Record<string, unknown>
    for (const name of ['set', 'process', 'get', 'roundClean']) expect(typeof hash[name], name).toBe('function')
    expect(hash).toMatchObject(lengths)
    const state = open(Hash).get()
    expect(state).toHaveLength(words)
    expect(state.every(Number.isInteger)).toBe(true)
  })

  it.each(HASHES)('_$name: one block through process is the hash of a message that pads to one block', ({ name, Hash }) => {
    const compression = open(Hash)
    const initial = compression.get()
    const message = randomBytes(40)
    const block = new Uint8Array(compression.blockLen)
    block.set(message)
    const view = endMessage(block, 0, message.length)
    const expected = createHash(name).update(message).digest('hex')
    expect(Buffer.from(bytesOf(compress(compression, initial, view))).toString('hex')).toBe(expected)
    expect(Buffer.from(bytesOf(compress(compression, initial, view))).toString('hex'), 'the second time').toBe(expected)
  })
})

describe('finishHash', () => {
  it.each(HASHES)('$name, RFC 6234 4: pads messages of every length over three blocks', ({ name, Hash }) => {
    const compression = open(Hash)
    const initial = compression.get()
    for (let length = 0; length <= 3 * compression.blockLen; length++) {
      const message = randomBytes(length)
      const digest = Buffer.from(bytesOf(finishHash(compression, initial, 0, message))).toString('hex')
      expect(digest, String(length)).toBe(createHash(name).update(message).digest('hex'))
    }
  })

  it.each(HASHES)('$name: goes on from the state after a first block', ({ name, Hash }) => {
    const compression = open(Hash)
    const { blockLen } = compression
    const message = randomBytes(blockLen + 70)
    const first = compress(compression, compression.get(), new DataView(Uint8Array.from(message).buffer))
    const digest = Buffer.from(bytesOf(finishHash(compression, first, blockLen, message.subarray(blockLen)))).toString('hex')
    expect(digest).toBe(createHash(name).update(message).digest('hex'))
  })
})
