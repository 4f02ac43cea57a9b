import { deriveBackupCode, type DerivedBackupCode } from '../backup-codes/spend.ts'
import { backupCodePepper } from '../record/record-mac.ts'
import type { Subject } from '../record/subject.ts'

/** Makes the slow hash of a typed backup code over a record; null where there is no set. */
export type Derive = (subject: Subject, code: string) => Promise<DerivedBackupCode | null>

/**
 * A derivation that is remembered: it depends on the code and the set's salts alone, so that a lost
 * swap does not pay for it again.
 */
export function rememberDerivation(): Derive {
  let last: { of: string; derived: Promise<DerivedBackupCode> } | undefined
  return async (subject, code) => {
    if (!subject.backupCodes) return null
    const of = [code, subject.macKey, ...subject.backupCodes.codes.map(({ salt }) => salt)].join()
    if (last?.of !== of) {
      const derived = deriveBackupCode(subject.backupCodes, code, backupCodePepper(subject))
      last = { of, derived }
    }
    return last.derived
  }
}
