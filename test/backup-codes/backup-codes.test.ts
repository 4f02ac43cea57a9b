import { inspect } from 'node:util'
import fc from 'fast-check'
import { KeystepError, Secret } from 'keystep'
import { type BackupCodeSet, generateBackupCodes, hashBackupCodes, spendBackupCode } from 'keystep/backup-codes'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { normalizeCrockford, randomCrockford } from '../../src/backup-codes/crockford.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const failsWith = (code: string) => expect.objectContaining({ code }) as KeystepError

afterEach(() => vi.restoreAllMocks())

describe('generateBackupCodes', () => {
  it('63B-4 4.2.1.1: 10 codes of 16 characters in groups of 4, 75 bits of them random, each named by its first character', () => {
    const codes = generateBackupCodes().reveal()
    expect(codes).toHaveLength(10)
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/)
    expect(new Set(codes.map(([name]) => name)).size).toBe(10)
    expect(15 * Math.log2(ALPHABET.length)).toBe(75)
  })

  it('63B-4 3.2.12, ASVS 6.5.3: letters are uniform, from the platform’s source and without modulo bias', () => {
    const draw = vi.spyOn(crypto, 'getRandomValues')
    const letters = randomCrockford(64_000)
    expect(draw).toHaveBeenCalled()
    const counts = Array.from(ALPHABET, (letter) => letters.split(letter).length - 1)
    expect(counts.reduce((sum, count) => sum + count)).toBe(64_000)
    // Chi-square with 31 degrees of freedom: 90 is passed once in ten million runs of a uniform source.
    expect(counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(90)
  })

  it.each([0, 33, 1.5, -1, NaN, '10', null])('refuses a count of %s', (count) => {
    expect(() => generateBackupCodes({ count: count as number })).toThrow(failsWith('ERR_OPTION'))
  })

  it('makes sets of 1 and of 32', async () => {
    for (const count of [1, 32]) expect((await hashBackupCodes(generateBackupCodes({ count }))).codes).toHaveLength(count)
  })

  it('does not print', () => {
    const codes = generateBackupCodes()
    const printed = [String(codes), JSON.stringify({ codes }), inspect(codes, { showHidden: true, depth: 9 }), JSON.stringify(Object.assign({}, codes))].join()
    for (const code of codes.reveal()) expect(printed).not.toContain(code)
  })
})

describe('hashBackupCodes', () => {
  it('63B-4 3.1.2.2, ASVS 6.5.2: keeps no code, salts each for itself, and survives JSON', async () => {
    const codes = generateBackupCodes()
    const set = await hashBackupCodes(codes)
    const text = JSON.stringify(set)
    for (const code of codes.reveal()) expect(text).not.toContain(code.replaceAll('-', '').slice(1))
    expect(new Set(set.codes.map(({ salt }) => salt)).size).toBe(10)
    expect(set.codes.every(({ salt }) => Buffer.from(salt, 'base64url').length >= 4)).toBe(true)
    expect(text.length).toBeLessThan(2000)
    expect(await spendBackupCode(JSON.parse(text) as BackupCodeSet, codes.reveal()[4]!)).toMatchObject({ outcome: 'accepted', left: 9 })
  })

  it('takes the codes in the open, too', async () => {
    const codes = generateBackupCodes({ count: 2 }).reveal()
    expect(await spendBackupCode(await hashBackupCodes(codes), codes[1]!)).toMatchObject({ outcome: 'accepted', left: 1 })
  })

  it.each([[[]], [Array(33).fill('0000-0000-0000-0000')], [['x']], [['0000-0000-0000-0000', '0000-0000-0000-0001']], [[42]], [[null]]])('refuses what is no set of codes: %j', async (codes) => {
    await expect(hashBackupCodes(codes as string[])).rejects.toThrow(failsWith('ERR_OPTION'))
  })
})

describe('spendBackupCode', () => {
  it('V9: spends a code once, and tells its repetition from a wrong code', async () => {
    const [first, second] = generateBackupCodes().reveal() as [string, string]
    const set = await hashBackupCodes([first, second])
    const spent = await spendBackupCode(set, first)
    if (spent.outcome !== 'accepted') throw new Error(spent.reason)
    expect(spent.left).toBe(1)
    expect(await spendBackupCode(spent.set, first)).toEqual({ outcome: 'rejected', reason: 'already_used' })
    expect(await spendBackupCode(spent.set, `${first.slice(0, -1)}${first.endsWith('7') ? '8' : '7'}`)).toEqual({ outcome: 'rejected', reason: 'wrong_code' })
    expect(await spendBackupCode(spent.set, second)).toMatchObject({ outcome: 'accepted', left: 0 })
    expect(set.codes.every(({ spent: isSpent }) => !isSpent), 'pure: the set that was passed is as it was').toBe(true)
  })

  it('V10: a wrong guess burns no code', async () => {
    const codes = generateBackupCodes().reveal()
    const set = await hashBackupCodes(codes)
    const before = JSON.stringify(set)
    for (const name of ALPHABET) expect(await spendBackupCode(set, name + '0'.repeat(15))).toEqual({ outcome: 'rejected', reason: 'wrong_code' })
    expect(JSON.stringify(set)).toBe(before)
  })

  it('V25: one slow hash per attempt, whether the code is right, wrong, spent or names nothing', async () => {
    const codes = generateBackupCodes({ count: 3 }).reveal()
    const hashed = await hashBackupCodes(codes)
    const spent = await spendBackupCode(hashed, codes[0]!)
    if (spent.outcome !== 'accepted') throw new Error(spent.reason)
    const slow = vi.spyOn(crypto.subtle, 'deriveBits')
    for (const typed of [codes[0]!, codes[1]!, `1${'0'.repeat(15)}`, `Z${'0'.repeat(15)}`]) {
      slow.mockClear()
      await spendBackupCode(spent.set, typed)
      expect(slow).toHaveBeenCalledTimes(1)
      expect(slow.mock.calls[0]![0]).toMatchObject({ name: 'PBKDF2', hash: 'SHA-256', iterations: 1000 })
    }
  })

  it('forgives how it was typed: case, spaces, dashes, O for 0, I and L for 1', async () => {
    const codes = generateBackupCodes({ count: 1 })
    const set = await hashBackupCodes(codes)
    const exact = codes.reveal()[0]!.replaceAll('-', '')
    const sloppy = fc.tuple(...Array.from(exact, (letter) => {
      const looks = letter === '0' ? ['0', 'O', 'o'] : letter === '1' ? ['1', 'I', 'i', 'L', 'l'] : [letter, letter.toLowerCase()]
      return fc.tuple(fc.constantFrom(...looks), fc.constantFrom('', ' ', '-', ' - ', '\t', '\u00a0', '\u2011', '\u2013', '\u2014', '\u2212'))
    })).map((pairs) => pairs.flat().join(''))
    await fc.assert(fc.asyncProperty(sloppy, async (typed) => {
      expect(await spendBackupCode(set, typed)).toMatchObject({ outcome: 'accepted' })
    }), { numRuns: 50 })
  })

  it.each([null, undefined, 42, [], ['x'], {}, '', ' ', 'U'.repeat(16), '０'.repeat(16), 'ı'.repeat(16), 'ſ'.repeat(16), '0'.repeat(15), '0'.repeat(17), '0'.repeat(10_000_000)])(
    'takes %j for a wrong code, never a throw',
    async (typed) => {
      const set = await hashBackupCodes(generateBackupCodes({ count: 1 }))
      expect(await spendBackupCode(set, typed as string)).toEqual({ outcome: 'rejected', reason: 'wrong_code' })
    },
  )

  it('opens nothing with another pepper, or without', async () => {
    const codes = generateBackupCodes({ count: 1 })
    const pepper = crypto.getRandomValues(new Uint8Array(32))
    const set = await hashBackupCodes(codes, { pepper })
    const typed = codes.reveal()[0]!
    expect(await spendBackupCode(set, typed, { pepper })).toMatchObject({ outcome: 'accepted' })
    expect(await spendBackupCode(set, typed)).toMatchObject({ outcome: 'rejected' })
    expect(await spendBackupCode(set, typed, { pepper: pepper.map((byte) => byte ^ 1) })).toMatchObject({ outcome: 'rejected' })
  })

  it.each([null, {}, { version: 2, codes: [] }, { version: 1 }])('throws for %j, which is no set', async (set) => {
    await expect(spendBackupCode(set as unknown as BackupCodeSet, '0'.repeat(16))).rejects.toThrow(failsWith('ERR_OPTION'))
  })
})

describe('normalizeCrockford', () => {
  it('reads back whatever randomCrockford makes, grouped any way', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }), (length, group) => {
      const code = randomCrockford(length)
      expect(normalizeCrockford(new Secret(code).reveal().replace(new RegExp(`(.{${group}})`, 'g'), '$1-'), length)).toBe(code)
    }))
  })
})
