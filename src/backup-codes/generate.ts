import { Secret } from '../crypto/secret.ts'
import { KeystepError } from '../errors.ts'
import { CROCKFORD, randomCrockford } from './crockford.ts'
import { BACKUP_CODE_LENGTH } from './normalize.ts'

const MOST_CODES = CROCKFORD.length

/**
 * A new set of backup codes, such as `0XJ4-9V2M-…`: the first character names the code within its
 * set, 75 random bits follow (63B-4 4.2.1.1). Show them once, and keep what {@link hashBackupCodes}
 * returns.
 *
 * Shape: 16 characters of Crockford's base32 (no I, L, O, U) in groups of 4. The names are 0, 1, 2
 * … in order, alike in every set: they are kept in the open beside the hashes, count as no secret,
 * and tell whoever sees one nothing of the 75 bits behind it.
 *
 * @param o `count`: 1 to 32, default 10.
 * @throws `ERR_OPTION` for a count out of range.
 */
export function generateBackupCodes(o?: { count?: number | undefined }): Secret<readonly string[]> {
  const { count = 10 } = o ?? {}
  if (!Number.isInteger(count) || count < 1 || count > MOST_CODES) {
    throw new KeystepError('ERR_OPTION', `count is a whole number from 1 to ${MOST_CODES}`)
  }
  const codes = Array.from({ length: count }, (_, i) =>
    group(CROCKFORD[i]! + randomCrockford(BACKUP_CODE_LENGTH - 1)),
  )
  return new Secret(Object.freeze(codes))
}

function group(code: string): string {
  return code.match(/.{4}/g)!.join('-')
}
