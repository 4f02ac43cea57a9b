import { normalizeCrockford } from './crockford.ts'

/** Characters of a backup code: one that names it within its set, and 15 random ones (75 bits). */
export const BACKUP_CODE_LENGTH = 16

/** A typed backup code without dashes and noise, or null for what cannot be one. */
export function normalizeBackupCode(typed: unknown): string | null {
  return normalizeCrockford(typed, BACKUP_CODE_LENGTH)
}
