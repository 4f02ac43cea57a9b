import { encodeBase64url } from '../crypto/base64url.ts'
import { equalText } from '../crypto/constant-time.ts'
import {
  type BackupCodeSet,
  leftOf,
  type PepperOption,
  requirePepper,
  requireSet,
  slowHash,
} from './code-set.ts'
import { normalizeBackupCode } from './normalize.ts'

/** What became of a typed code; the set to keep stands on the accepted branch alone. */
export type BackupCodeOutcome =
  | { outcome: 'accepted'; set: BackupCodeSet; left: number }
  | { outcome: 'rejected'; reason: 'already_used' | 'wrong_code' }

/** A typed code after its slow hash: all that {@link matchBackupCode} needs of it. */
export interface DerivedBackupCode {
  readonly name: string
  readonly hash: string
}

const NO_SALT = encodeBase64url(new Uint8Array(16))

/**
 * Checks a typed code against a set and spends it. Pure over the set: keep the returned one by
 * compare-and-swap, or two requests spend one code (V9). `O` is `0`, `I` and `L` are `1`; case,
 * spaces and dashes do not matter.
 *
 * One slow hash per attempt, whether the code is right, spent, wrong or named like none of the set
 * (V25); what cannot be a code at all, of whatever type, is `wrong_code` at once. `already_used` is
 * a right code's second coming, as after phishing: tell the owner.
 *
 * @throws `ERR_OPTION` for a set that {@link hashBackupCodes} did not make, and for a pepper that
 *   is none.
 */
export async function spendBackupCode(
  set: BackupCodeSet,
  typed: string,
  o?: PepperOption,
): Promise<BackupCodeOutcome> {
  requireSet(set)
  requirePepper(o?.pepper)
  const code = normalizeBackupCode(typed)
  return code === null
    ? { outcome: 'rejected', reason: 'wrong_code' }
    : matchBackupCode(set, await deriveBackupCode(set, code, o?.pepper))
}

/**
 * The slow part, which depends on the code and its salt alone; a name that the set does not have
 * costs the same.
 */
export async function deriveBackupCode(
  set: BackupCodeSet,
  code: string,
  pepper: Uint8Array | undefined,
): Promise<DerivedBackupCode> {
  const name = code[0]!
  const salt = set.codes.find((one) => one.name === name)?.salt ?? NO_SALT
  return { name, hash: await slowHash(code, salt, set.rounds, pepper) }
}

/** The pure part: whether a derived code is in the set, and the set without it. */
export function matchBackupCode(
  set: BackupCodeSet,
  { name, hash }: DerivedBackupCode,
): BackupCodeOutcome {
  const found = set.codes.find((one) => one.name === name && equalText(one.hash, hash))
  if (!found) return { outcome: 'rejected', reason: 'wrong_code' }
  if (found.spent) return { outcome: 'rejected', reason: 'already_used' }
  const next = {
    ...set,
    codes: set.codes.map((one) => (one === found ? { ...one, spent: true } : one)),
  }
  return { outcome: 'accepted', set: next, left: leftOf(next) }
}
