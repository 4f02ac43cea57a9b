import { createHash, createHmac, randomBytes } from 'node:crypto'
import { _SHA1 } from '@noble/hashes/legacy.js'
import { _SHA256, _SHA512 } from '@noble/hashes/sha2.js'
import { describe, expect, it, vi } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { type ChainingValue, createCompression } from '../../src/otp/compression.ts'
import { createMidstate, hmacOfCounter } from '../../src/otp/hmac-midstate.ts'
import { ALGORITHMS } from './reference.ts'

const NOBLE = { SHA1: _SHA1, SHA256: _SHA256, SHA512: _SHA512 }
const SHAPE = { SHA1: [64, 20, 5], SHA256: [64, 32, 8], SHA512: [128, 64, 16] } as const

function toBytes(words: ChainingValue): Buffer {
  const bytes = Buffer.alloc(words.length * 4)
  words.forEach((word, i) => bytes.writeInt32BE(word, i * 4))
  return bytes
}

describe('what the HMAC midstates rest on in @noble/hashes', () => {
  it('is pinned exactly, because protected members are in use', () => {
    expect(manifest.dependencies['@noble/hashes']).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it.each(ALGORITHMS)('_%s still has set, process, get and roundClean, and its block and output lengths', (algorithm) => {
    const hash = new NOBLE[algorithm]() as unknown as Record<string, unknown>
    for (const name of ['set', 'process', 'get', 'roundClean']) expect(typeof hash[name], name).toBe('function')
    const [blockLen, outputLen, words] = SHAPE[algorithm]
    expect(hash).toMatchObject({ blockLen, outputLen })
    const state = (hash.get as () => unknown[])()
    expect(state).toHaveLength(words)
    expect(state.every(Number.isInteger)).toBe(true)
  })

  it.each(ALGORITHMS)('%s: one block through process is the hash of a message that pads to one block', (algorithm) => {
    const compression = createCompression(algorithm)
    const { blockLen, initial } = compression
    const message = randomBytes(40)
    const block = Buffer.alloc(blockLen)
    message.copy(block)
    block[message.length] = 0x80
    block.writeUInt32BE(message.length * 8, blockLen - 4)
    const view = new DataView(block.buffer, block.byteOffset, blockLen)
    const expected = createHash(algorithm).update(message).digest()
    expect(toBytes(compression.compress(initial, view)).equals(expected)).toBe(true)
    expect(toBytes(compression.compress(initial, view)).equals(expected), 'the second time').toBe(true)
    expect(Buffer.from(createCompression(algorithm).update(message).digest()).equals(expected)).toBe(true)
  })

  it.each(ALGORITHMS)('%s: 100,000 random keys and counters agree with node:crypto', { timeout: 120_000 }, (algorithm) => {
    const CASES = 100_000
    const lengths = randomBytes(CASES)
    const message = Buffer.alloc(8)
    const differing: string[] = []
    for (let i = 0; i < CASES; i++) {
      const random = randomBytes(8 + lengths[i]!)
      const counter = random.readUIntBE(0, 6) * 32 + (random[6]! & 31)
      const key = random.subarray(8)
      message.writeBigUInt64BE(BigInt(counter))
      const ours = toBytes(hmacOfCounter(createMidstate(algorithm, key), counter))
      if (!ours.equals(createHmac(algorithm, key).update(message).digest())) differing.push(`${key.toString('hex')} ${counter}`)
    }
    expect(differing).toEqual([])
  })

  it.each(ALGORITHMS)('%s: no key stays behind in the schedule after its set-up', (algorithm) => {
    const clean = vi.spyOn(NOBLE[algorithm].prototype as unknown as { roundClean: () => void }, 'roundClean')
    createMidstate(algorithm, randomBytes(20))
    expect(clean).toHaveBeenCalledOnce()
    clean.mockRestore()
  })
})
