import base32Decode from 'base32-decode'
import base32Encode from 'base32-encode'
import { KeystepError } from '../errors.ts'
import { bareText } from '../text/bare-text.ts'
import { isBytes } from './bytes.ts'

const MAX_CHARACTERS = 65_536
const MAX_BYTES = 40_960
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
// Spelled out for both cases, without the i flag, which would let in letters that merely turn into
// ASCII ones.
const DIGITS = /^[A-Za-z2-7]*$/
/** The padding that belongs to digits, at most six; any other stays, and is no digit. */
const PADDING = /(?!^)={1,6}$/

/**
 * Writes bytes as base32 (RFC 4648 6) in upper case without padding, as key URIs want it.
 *
 * @param bytes at most 40,960.
 * @throws `ERR_OPTION` for anything else.
 */
export function encodeBase32(bytes: Uint8Array): string {
  if (isBytes(bytes) && bytes.length <= MAX_BYTES) return writeBase32(new Uint8Array(bytes))
  throw new KeystepError(
    'ERR_OPTION',
    `encodeBase32 takes a Uint8Array of at most ${MAX_BYTES} bytes`,
  )
}

/**
 * Reads base32 (RFC 4648 6) as people copy it: either case, white space, dashes and invisible
 * characters anywhere, quotes and punctuation around it, full-width letters, with or without
 * padding. Strict in everything else: no other characters, no impossible length, no bits left over
 * that are not zero.
 *
 * @param text at most 65,536 characters. The empty text is no bytes.
 * @throws `ERR_BASE32` for anything else; the message never repeats the text.
 */
export function decodeBase32(text: string): Uint8Array {
  return bytesOfBase32(readBase32(text, 'ERR_BASE32'))
}

/** {@link encodeBase32} for bytes that are known to be a `Uint8Array` of this realm. */
export function writeBase32(bytes: Uint8Array): string {
  return base32Encode(bytes, 'RFC4648', { padding: false })
}

/**
 * The one spelling of the bytes that a text means: digits alone, in upper case, spare bits at the
 * end zero. Spare bits that are not zero are refused, unless the caller drops them. What
 * {@link decodeBase32} refuses throws a code of the caller's.
 */
export function readBase32(
  text: unknown,
  code: 'ERR_BASE32' | 'ERR_KEY',
  dropsSpareBits: boolean = false,
): string {
  if (typeof text === 'string' && text.length <= MAX_CHARACTERS) {
    const digits = DIGITS.test(text) ? text : bareText(text).replace(PADDING, '')
    const upper = digits.toUpperCase()
    const spareBits = (upper.length * 5) % 8
    // A last digit with its spare bits set would give a key a second spelling (RFC 4648 3.5).
    const last = ALPHABET.indexOf(upper.slice(-1))
    const spare = last % 2 ** spareBits
    if (DIGITS.test(digits) && spareBits < 5 && (spare === 0 || dropsSpareBits))
      return spare === 0 ? upper : upper.slice(0, -1) + ALPHABET[last - spare]!
  }
  throw new KeystepError(
    code,
    `not base32 of at most ${MAX_CHARACTERS} characters; see allowSpareBits`,
  )
}

/** The bytes of what {@link readBase32} returned. */
export function bytesOfBase32(digits: string): Uint8Array {
  return new Uint8Array(base32Decode(digits, 'RFC4648'))
}
