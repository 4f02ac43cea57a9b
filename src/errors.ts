/**
 * Every code that a {@link KeystepError} can carry. Codes are stable: match on `error.code`, never
 * on the message.
 *
 * | code | who broke what |
 * |---|---|
 * | `ERR_OPTION` | an option or argument of the wrong type or out of range |
 * | `ERR_KEY` | an OTP key that is empty, too short, too long or not base32 |
 * | `ERR_BASE32` | text that is not base32 |
 * | `ERR_KEY_URI` | a key URI that cannot be built or parsed |
 * | `ERR_KEY_URI_KIND` | an address of another kind: Steam's, or an app's export of many keys |
 * | `ERR_QR` | a text that no QR code can hold |
 * | `ERR_USER_ID` | a user id that is not a non-empty, well-formed string of at most 200 bytes |
 * | `ERR_KEYRING` | a keyring that cannot be made from what was given, or a key function that failed |
 * | `ERR_UNKNOWN_KEY` | a record sealed under a key id that the keyring does not have |
 * | `ERR_RECORD_SHAPE` | a record that is truncated or is no sealed record at all |
 * | `ERR_RECORD_SEAL` | a record whose authentication fails: tampered with, moved from another key, or sealed under another key |
 * | `ERR_RECORD_VERSION` | a record written by a newer version of keystep |
 * | `ERR_RECORD_MOVED` | a record whose `maintenance.move` was interrupted: repeat it |
 * | `ERR_RECORD_MISSING` | the portal says that the user is enrolled, and the store has no record |
 * | `ERR_STORE` | the store threw; see `cause` |
 * | `ERR_CONTENTION` | the record changed under every one of the bounded retries |
 * | `ERR_CLOCK` | an instant in a record or token lies more than 5 minutes ahead of `now` |
 * | `ERR_TOKEN_KIND` | a challenge, permit, enrollment or device token passed where another kind belongs |
 * | `ERR_GRANT` | a grant that keystep did not make, or an attempt to copy one |
 * | `ERR_REQUIREMENT` | the `requirement` function threw or returned something else |
 * | `ERR_SMS_SENDER` | the SMS sender threw; see `cause` |
 * | `ERR_EVENT_HANDLER` | `onEvent` threw; reported, never thrown at a login |
 * | `ERR_CONFORMANCE` | a store breaks the contract, as found by the conformance kit |
 */
export type KeystepErrorCode =
  | 'ERR_OPTION'
  | 'ERR_KEY'
  | 'ERR_BASE32'
  | 'ERR_KEY_URI'
  | 'ERR_KEY_URI_KIND'
  | 'ERR_QR'
  | 'ERR_USER_ID'
  | 'ERR_KEYRING'
  | 'ERR_UNKNOWN_KEY'
  | 'ERR_RECORD_SHAPE'
  | 'ERR_RECORD_SEAL'
  | 'ERR_RECORD_VERSION'
  | 'ERR_RECORD_MOVED'
  | 'ERR_RECORD_MISSING'
  | 'ERR_STORE'
  | 'ERR_CONTENTION'
  | 'ERR_CLOCK'
  | 'ERR_TOKEN_KIND'
  | 'ERR_GRANT'
  | 'ERR_REQUIREMENT'
  | 'ERR_SMS_SENDER'
  | 'ERR_EVENT_HANDLER'
  | 'ERR_CONFORMANCE'

/**
 * The one exception of keystep: something that an operator or developer broke, never something a
 * user typed. `code` is stable, `cause` is the original error where there is one, and no message
 * repeats input or secrets.
 */
export class KeystepError extends Error {
  override readonly name = 'KeystepError'
  readonly code: KeystepErrorCode

  constructor(code: KeystepErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
