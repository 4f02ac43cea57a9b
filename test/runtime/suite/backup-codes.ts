import {
  type BackupCodeSet,
  generateBackupCodes,
  hashBackupCodes,
  spendBackupCode,
} from 'keystep/backup-codes'
import { acceptedOf, type Case, equal, holds } from './case.ts'

export const backupCodeCases: readonly Case[] = [
  {
    name: 'backup codes: ten of 16 characters, none of them printed or kept',
    run: async () => {
      const codes = generateBackupCodes()
      equal(codes.reveal().length, 10)
      holds(
        codes
          .reveal()
          .every((code) => /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/.test(code)),
        'they are Crockford base32 in groups of 4',
      )
      const kept = `${String(codes)}${JSON.stringify({ codes, set: await hashBackupCodes(codes) })}`
      holds(
        codes.reveal().every((code) => !kept.includes(code.replaceAll('-', '').slice(1))),
        'no code is in what prints or is kept',
      )
    },
  },
  {
    name: 'backup codes: each good once, however it is typed',
    run: async () => {
      const codes = generateBackupCodes({ count: 2 })
      const [first = '', second = ''] = codes.reveal()
      const set = JSON.parse(JSON.stringify(await hashBackupCodes(codes))) as BackupCodeSet
      const spent = acceptedOf(
        await spendBackupCode(
          set,
          ` ${first.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o')}`,
        ),
      )
      equal(spent.left, 1)
      equal(await spendBackupCode(spent.set, first), {
        outcome: 'rejected',
        reason: 'already_used',
      })
      equal(
        await spendBackupCode(
          spent.set,
          `${second.slice(0, -1)}${second.endsWith('Z') ? 'Y' : 'Z'}`,
        ),
        { outcome: 'rejected', reason: 'wrong_code' },
      )
      equal(acceptedOf(await spendBackupCode(spent.set, second)).left, 0)
    },
  },
]
