import { decodeBase64url, encodeText } from '../crypto/base64url.ts'
import { byteLength, isWellFormed } from '../crypto/frame.ts'
import { decodeUtf8 } from '../crypto/utf8.ts'
import { KeystepError } from '../errors.ts'

const MOST_BYTES = 200
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

/**
 * Checks a user id: a non-empty, well-formed string of at most 200 bytes that never changes. An
 * e-mail address does change, and whoever takes it over would take over the record; a number is one
 * careless conversion away from another user's.
 *
 * @throws `ERR_USER_ID`
 */
export function checkUserId(userId: unknown): asserts userId is string {
  if (
    typeof userId !== 'string' ||
    userId === '' ||
    !isWellFormed(userId) ||
    byteLength(userId) > MOST_BYTES
  ) {
    throw new KeystepError(
      'ERR_USER_ID',
      `a user id is a non-empty, well-formed string of at most ${MOST_BYTES} bytes`,
    )
  }
  if (EMAIL.test(userId.trim()))
    throw new KeystepError(
      'ERR_USER_ID',
      'a user id never changes, and an e-mail address does: use the immutable id',
    )
}

/** Everything that a realm's user records begin with. */
export function recordPrefix(realm: string): string {
  return `u1.${encodeText(realm)}.`
}

/** The key of a user's record, after its realm's prefix. */
export function recordKey(prefix: string, userId: string): string {
  checkUserId(userId)
  return prefix + encodeText(userId)
}

/** The user id that a record's key names. */
export function userIdOf(prefix: string, key: string): string {
  const bytes = decodeBase64url(key.slice(prefix.length))
  return bytes ? decodeUtf8(bytes) : ''
}

/** The key of the realm's check of the keyring: the one record that is of no user and no number. */
export function canaryKey(realm: string): string {
  return `c1.${encodeText(realm)}`
}
