import type { KeystepError } from 'keystep'
import {
  type BackupCodeSet,
  generateBackupCodes,
  hashBackupCodes,
  spendBackupCode,
} from 'keystep/backup-codes'
import { describe, expect, it } from 'vitest'

const failsWith = (code: string) => expect.objectContaining({ code }) as KeystepError

describe('hashBackupCodes', () => {
  it('63B-4 3.1.2.2, ASVS 6.5.2: keeps no code, salts each for itself, and survives JSON', async () => {
    const codes = generateBackupCodes()
    const set = await hashBackupCodes(codes)
    const text = JSON.stringify(set)
    for (const code of codes.reveal()) expect(text).not.toContain(code.replaceAll('-', '').slice(1))
    expect(new Set(set.codes.map(({ salt }) => salt)).size).toBe(10)
    expect(set.codes.every(({ salt }) => Buffer.from(salt, 'base64url').length >= 4)).toBe(true)
    expect(text.length).toBeLessThan(2000)
    expect(
      await spendBackupCode(JSON.parse(text) as BackupCodeSet, codes.reveal()[4]!),
    ).toMatchObject({ outcome: 'accepted', left: 9 })
  })

  it('takes the codes in the open, too', async () => {
    const codes = generateBackupCodes({ count: 2 }).reveal()
    expect(await spendBackupCode(await hashBackupCodes(codes), codes[1]!)).toMatchObject({
      outcome: 'accepted',
      left: 1,
    })
  })

  it.each([
    [[]],
    [Array(33).fill('0000-0000-0000-0000')],
    [['x']],
    [['0000-0000-0000-0000', '0000-0000-0000-0001']],
    [[42]],
    [[null]],
  ])('refuses what is no set of codes: %j', async (codes) => {
    await expect(hashBackupCodes(codes as string[])).rejects.toThrow(failsWith('ERR_OPTION'))
  })
})
