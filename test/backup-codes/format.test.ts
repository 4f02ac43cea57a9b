import { type BackupCodeSet, spendBackupCode } from 'keystep/backup-codes'
import { describe, expect, it } from 'vitest'
import vectors from '../vectors/backup-code-set-v1.json' with { type: 'json' }

const [live, other, spent] = vectors.codes as [string, string, string]
const pepper = new Uint8Array(Buffer.from(vectors.pepper, 'base64url'))

describe.each([
  ['without pepper', vectors.plain as BackupCodeSet, undefined],
  ['with pepper', vectors.peppered as BackupCodeSet, pepper],
])('a kept set of version 1, computed by Python, %s', (_, set, key) => {
  it('is still spent: PBKDF2-SHA-256 of the bare code, then HMAC-SHA-256', async () => {
    const first = await spendBackupCode(set, live, { pepper: key })
    if (first.outcome !== 'accepted') throw new Error(first.reason)
    expect(first.left).toBe(1)
    const second = await spendBackupCode(first.set, other, { pepper: key })
    expect(second).toMatchObject({ outcome: 'accepted', left: 0 })
    expect(await spendBackupCode(set, spent, { pepper: key })).toEqual({
      outcome: 'rejected',
      reason: 'already_used',
    })
  })

  it('changes in the spent flag alone', async () => {
    const frozen = deepFreeze(structuredClone(set))
    const result = await spendBackupCode(frozen, live, { pepper: key })
    if (result.outcome !== 'accepted') throw new Error(result.reason)
    expect(result.set).toEqual({
      ...set,
      codes: set.codes.map((one, i) => (i === 0 ? { ...one, spent: true } : one)),
    })
  })
})

describe('a set that was damaged', () => {
  const set = vectors.plain as BackupCodeSet
  const [first] = set.codes
  const damage: Readonly<Record<string, unknown>> = {
    'no codes': { ...set, codes: [] },
    'codes that are no array': { ...set, codes: { length: 1, 0: first } },
    '33 codes': { ...set, codes: Array(33).fill(first) },
    'two codes of one name': { ...set, codes: [first, first] },
    'a name that is no letter of the alphabet': { ...set, codes: [{ ...first, name: 'U' }] },
    'a name of two letters': { ...set, codes: [{ ...first, name: '01' }] },
    'a short salt': { ...set, codes: [{ ...first, salt: 'AAAA' }] },
    'a salt that is no base64url': { ...set, codes: [{ ...first, salt: '+'.repeat(22) }] },
    'an empty hash': { ...set, codes: [{ ...first, hash: '' }] },
    'no spent flag': { ...set, codes: [{ ...first, spent: undefined }] },
    'no rounds': { ...set, rounds: 0 },
    'rounds that would keep a server busy': { ...set, rounds: 1e9 },
    'a later version': { ...set, version: 2 },
    'a null code': { ...set, codes: [null] },
  }

  it.each(Object.keys(damage))(
    'throws ERR_OPTION, so that an outage never looks like a wrong code: %s',
    async (name) => {
      for (const typed of [live, 'nonsense']) {
        await expect(spendBackupCode(damage[name] as BackupCodeSet, typed)).rejects.toThrow(
          expect.objectContaining({ code: 'ERR_OPTION' }) as Error,
        )
      }
    },
  )
})

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value))
    if (typeof part === 'object' && part !== null) deepFreeze(part as object)
  return Object.freeze(value)
}
