import { describe, expect, it, vi } from 'vitest'
import { randomBytes } from '../../src/crypto/random.ts'

describe('randomBytes', () => {
  it('63B-4 3.2.12: comes from the platform source, whole', () => {
    const spy = vi.spyOn(crypto, 'getRandomValues')
    try {
      const bytes = randomBytes(32)
      expect(spy).toHaveBeenCalledTimes(1)
      expect(spy.mock.results[0]!.value).toBe(bytes)
    } finally {
      spy.mockRestore()
    }
  })

  it('gives as many bytes as asked for, up to 65,536, and never the same twice', () => {
    for (const length of [0, 1, 12, 16, 32, 65_536])
      expect(randomBytes(length)).toHaveLength(length)
    const seen = new Set(
      Array.from({ length: 1000 }, () => Buffer.from(randomBytes(16)).toString('hex')),
    )
    expect(seen.size).toBe(1000)
  })

  it('a failing source is a failure, never zeros', () => {
    const spy = vi.spyOn(crypto, 'getRandomValues').mockImplementation(() => {
      throw new Error('no entropy')
    })
    try {
      expect(() => randomBytes(16)).toThrow('no entropy')
    } finally {
      spy.mockRestore()
    }
  })
})
