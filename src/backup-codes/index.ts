/**
 * Backup codes: made once, kept hashed, each good once. Pure over a plain set; importable alone.
 *
 * @module
 */
export {
  type BackupCodeSet,
  hashBackupCodes,
  type HashedBackupCode,
  type PepperOption,
} from './code-set.ts'
export { generateBackupCodes } from './generate.ts'
export { type BackupCodeOutcome, spendBackupCode } from './spend.ts'
