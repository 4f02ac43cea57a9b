import fc from 'fast-check'
import type { KeystepError } from 'keystep'
import {
  type BackupCodeSet,
  generateBackupCodes,
  hashBackupCodes,
  spendBackupCode,
} from 'keystep/backup-codes'
import { afterEach, describe, expect, it, vi } from 'vitest'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const failsWith = (code: string) => expect.objectContaining({ code }) as KeystepError

afterEach(() => vi.restoreAllMocks())

describe('spendBackupCode', () => {
  it('V9: spends a code once, and tells its repetition from a wrong code', async () => {
    const [first, second] = generateBackupCodes().reveal() as [string, string]
    const set = await hashBackupCodes([first, second])
    const spent = await spendBackupCode(set, first)
    if (spent.outcome !== 'accepted') throw new Error(spent.reason)
    expect(spent.left).toBe(1)
    expect(await spendBackupCode(spent.set, first)).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
    expect(
      await spendBackupCode(spent.set, `${first.slice(0, -1)}${first.endsWith('7') ? '8' : '7'}`),
    ).toEqual({ outcome: 'rejected', reason: 'wrong_code' })
    expect(await spendBackupCode(spent.set, second)).toMatchObject({ outcome: 'accepted', left: 0 })
    expect(
      set.codes.every(({ spent: isSpent }) => !isSpent),
      'pure: the set that was passed is as it was',
    ).toBe(true)
  })

  it('V10: a wrong guess burns no code', async () => {
    const codes = generateBackupCodes().reveal()
    const set = await hashBackupCodes(codes)
    const before = JSON.stringify(set)
    for (const name of ALPHABET)
      expect(await spendBackupCode(set, name + '0'.repeat(15))).toEqual({
        outcome: 'rejected',
        reason: 'wrong_code',
      })
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
      expect(slow.mock.calls[0]![0]).toMatchObject({
        name: 'PBKDF2',
        hash: 'SHA-256',
        iterations: 1000,
      })
    }
  })

  it('forgives how it was typed: case, spaces, dashes, O for 0, I and L for 1', async () => {
    const codes = generateBackupCodes({ count: 1 })
    const set = await hashBackupCodes(codes)
    const exact = codes.reveal()[0]!.replaceAll('-', '')
    const sloppy = fc
      .tuple(
        ...Array.from(exact, (letter) => {
          const looks =
            letter === '0'
              ? ['0', 'O', 'o']
              : letter === '1'
                ? ['1', 'I', 'i', 'L', 'l']
                : [letter, letter.toLowerCase()]
          return fc.tuple(
            fc.constantFrom(...looks),
            fc.constantFrom(
              '',
              ' ',
              '-',
              ' - ',
              '\t',
              '\u00a0',
              '\u2011',
              '\u2013',
              '\u2014',
              '\u2212',
            ),
          )
        }),
      )
      .map((pairs) => pairs.flat().join(''))
    await fc.assert(
      fc.asyncProperty(sloppy, async (typed) => {
        expect(await spendBackupCode(set, typed)).toMatchObject({ outcome: 'accepted' })
      }),
      { numRuns: 50 },
    )
  })

  it.each([
    null,
    undefined,
    42,
    [],
    ['x'],
    {},
    '',
    ' ',
    'U'.repeat(16),
    '０'.repeat(16),
    'ı'.repeat(16),
    'ſ'.repeat(16),
    '0'.repeat(15),
    '0'.repeat(17),
    '0'.repeat(10_000_000),
  ])('takes %j for a wrong code, never a throw', async (typed) => {
    const set = await hashBackupCodes(generateBackupCodes({ count: 1 }))
    expect(await spendBackupCode(set, typed as string)).toEqual({
      outcome: 'rejected',
      reason: 'wrong_code',
    })
  })

  it('opens nothing with another pepper, or without', async () => {
    const codes = generateBackupCodes({ count: 1 })
    const pepper = crypto.getRandomValues(new Uint8Array(32))
    const set = await hashBackupCodes(codes, { pepper })
    const typed = codes.reveal()[0]!
    expect(await spendBackupCode(set, typed, { pepper })).toMatchObject({ outcome: 'accepted' })
    expect(await spendBackupCode(set, typed)).toMatchObject({ outcome: 'rejected' })
    expect(
      await spendBackupCode(set, typed, { pepper: pepper.map((byte) => byte ^ 1) }),
    ).toMatchObject({ outcome: 'rejected' })
  })

  it.each([null, {}, { version: 2, codes: [] }, { version: 1 }])(
    'throws for %j, which is no set',
    async (set) => {
      await expect(
        spendBackupCode(set as unknown as BackupCodeSet, '0'.repeat(16)),
      ).rejects.toThrow(failsWith('ERR_OPTION'))
    },
  )
})
