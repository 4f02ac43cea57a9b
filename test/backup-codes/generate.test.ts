import { inspect } from 'node:util'
import type { KeystepError } from 'keystep'
import { generateBackupCodes, hashBackupCodes } from 'keystep/backup-codes'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { randomCrockford } from '../../src/backup-codes/crockford.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const failsWith = (code: string) => expect.objectContaining({ code }) as KeystepError

afterEach(() => vi.restoreAllMocks())

describe('generateBackupCodes', () => {
  it('63B-4 4.2.1.1: 10 codes of 16 characters in groups of 4, 75 bits of them random, each named by its first character', () => {
    const codes = generateBackupCodes().reveal()
    expect(codes).toHaveLength(10)
    for (const code of codes)
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/)
    expect(new Set(codes.map(([name]) => name)).size).toBe(10)
    expect(15 * Math.log2(ALPHABET.length)).toBe(75)
  })

  it('63B-4 3.2.12, ASVS 6.5.3: letters are uniform, from the platform’s source and without modulo bias', () => {
    const draw = vi.spyOn(crypto, 'getRandomValues')
    const letters = randomCrockford(64_000)
    expect(draw).toHaveBeenCalled()
    const counts = Array.from(ALPHABET, (letter) => letters.split(letter).length - 1)
    expect(counts.reduce((sum, count) => sum + count)).toBe(64_000)
    // Chi-square with 31 degrees of freedom: 90 is passed once in ten million runs of a uniform
    // source.
    expect(counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(90)
  })

  it.each([0, 33, 1.5, -1, NaN, '10', null])('refuses a count of %s', (count) => {
    expect(() => generateBackupCodes({ count: count as number })).toThrow(failsWith('ERR_OPTION'))
  })

  it('makes sets of 1 and of 32', async () => {
    for (const count of [1, 32])
      expect((await hashBackupCodes(generateBackupCodes({ count }))).codes).toHaveLength(count)
  })

  it('does not print', () => {
    const codes = generateBackupCodes()
    const printed = [
      String(codes),
      JSON.stringify({ codes }),
      inspect(codes, { showHidden: true, depth: 9 }),
      JSON.stringify(Object.assign({}, codes)),
    ].join()
    for (const code of codes.reveal()) expect(printed).not.toContain(code)
  })
})
