import base32Decode from 'base32-decode'
import base32Encode from 'base32-encode'
import { KeystepError } from '../errors.ts'
import { isBytes } from './bytes.ts'

const MAX_CHARACTERS = 65_536
const MAX_BYTES = (MAX_CHARACTERS * 5) / 8
// Spelled out for both cases, without the i flag, which would let in letters that merely turn into ASCII ones.
const ALPHABET = /^[A-Za-z2-7]*$/

/**
 * Writes bytes as base32 (RFC 4648 6) in upper case without padding, as key URIs want it.
 *
 * @param bytes at most 40,960.
 * @throws `ERR_OPTION` for anything else.
 */
export function encodeBase32(bytes: Uint8Array): string {
  if (isBytes(bytes) && bytes.length <= MAX_BYTES) return writeBase32(new Uint8Array(bytes))
  throw new KeystepError('ERR_OPTION', `encodeBase32 takes a Uint8Array of at most ${MAX_BYTES} bytes`)
}

/**
 * Reads base32 (RFC 4648 6) as people copy it: either case, ASCII white space and dashes anywhere, with or without padding.
 * Strict in everything else: no other characters, no impossible length, no bits left over that are not zero.
 *
 * @param text at most 65,536 characters. The empty text is no bytes.
 * @throws `ERR_BASE32` for anything else; the message never repeats the text.
 */
export function decodeBase32(text: string): Uint8Array {
  return readBase32(text, 'ERR_BASE32')
}

/** {@link encodeBase32} for bytes that are known to be a `Uint8Array` of this realm. */
export function writeBase32(bytes: Uint8Array): string {
  return base32Encode(bytes, 'RFC4648', { padding: false })
}

/** {@link decodeBase32} with an error code of the caller's. */
export function readBase32(text: unknown, code: 'ERR_BASE32' | 'ERR_KEY'): Uint8Array {
  const refuse = (why: string): never => {
    throw new KeystepError(code, `not base32: ${why}`)
  }
  if (typeof text !== 'string' || text.length > MAX_CHARACTERS) return refuse(`no string of at most ${MAX_CHARACTERS} characters`)
  const digits = ALPHABET.test(text) ? text : dropPadding(text.replace(/[ \t\r\n-]+/g, ''))
  if (!ALPHABET.test(digits)) return refuse('a character outside A-Z and 2-7')
  const upper = digits.toUpperCase()
  const bytes = new Uint8Array(base32Decode(upper, 'RFC4648'))
  // RFC 4648 3.5: written again it must be the same text, so that every key has one spelling.
  return writeBase32(bytes) === upper ? bytes : refuse('impossible length or spare bits')
}

/** Cut by hand: the padding that belongs to the digits, at most six; any other stays, and is no digit. */
function dropPadding(text: string): string {
  let end = text.length
  while (end > 1 && text.length - end < 6 && text[end - 1] === '=') end--
  return text.slice(0, end)
}
