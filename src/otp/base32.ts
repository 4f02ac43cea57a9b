import base32Decode from 'base32-decode'
import base32Encode from 'base32-encode'
import { KeystepError } from '../errors.ts'
import { isBytes } from './bytes.ts'

const MAX_CHARACTERS = 65_536
const MAX_BYTES = (MAX_CHARACTERS * 5) / 8
const MAX_PADDING = 6
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * Writes bytes as base32 (RFC 4648 6) in upper case without padding, as key URIs want it.
 *
 * @param bytes at most 40,960.
 * @throws `ERR_OPTION` for anything else.
 */
export function encodeBase32(bytes: Uint8Array): string {
  if (!isBytes(bytes)) throw new KeystepError('ERR_OPTION', 'encodeBase32 takes a Uint8Array')
  if (bytes.length > MAX_BYTES) throw new KeystepError('ERR_OPTION', `encodeBase32 takes at most ${MAX_BYTES} bytes`)
  return base32Encode(new Uint8Array(bytes), 'RFC4648', { padding: false })
}

/**
 * Reads base32 (RFC 4648 6) as people copy it: either case, ASCII white space and dashes anywhere, with or without padding.
 * Strict in everything else: no other characters, no impossible length, no bits left over that are not zero.
 *
 * @param text at most 65,536 characters. The empty text is no bytes.
 * @throws `ERR_BASE32` for anything else; the message never repeats the text.
 */
export function decodeBase32(text: string): Uint8Array {
  const given: unknown = text
  if (typeof given !== 'string') throw refusal('it must be a string')
  if (given.length > MAX_CHARACTERS) throw refusal(`it has more than ${MAX_CHARACTERS} characters`)
  const digits = /^[A-Z2-7]+$/.test(given) ? given : normalize(given)
  requireWholeBytes(digits)
  return new Uint8Array(base32Decode(digits, 'RFC4648'))
}

function normalize(text: string): string {
  const digits = dropPadding(text.replace(/[ \t\r\n-]+/g, ''))
  // Checked before changing case: the upper case of U+017F and U+0131 is an ASCII letter.
  if (!/^[A-Za-z2-7]*$/.test(digits)) throw refusal('it has a character outside A to Z and 2 to 7')
  return digits.toUpperCase()
}

function dropPadding(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 0x3d) end--
  const padding = text.length - end
  if (padding > MAX_PADDING || (padding > 0 && end === 0)) throw refusal('its padding is impossible')
  return text.slice(0, end)
}

/** RFC 4648 3.5: the bits that do not fill a byte are fewer than a digit's five, and zero, so that every key has one spelling. */
function requireWholeBytes(digits: string): void {
  const spareBits = (digits.length * 5) % 8
  if (spareBits >= 5) throw refusal('its length is impossible')
  const last = ALPHABET.indexOf(digits.charAt(digits.length - 1))
  if ((last & ((1 << spareBits) - 1)) !== 0) throw refusal('its trailing bits are not zero')
}

function refusal(why: string): KeystepError {
  return new KeystepError('ERR_BASE32', `not base32: ${why}`)
}
