import { platform } from './platform.ts'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const encodeTable = new Uint8Array(64)
const decodeTable = new Uint8Array(256).fill(255)
for (let i = 0; i < 64; i++) {
  const code = ALPHABET.charCodeAt(i)
  encodeTable[i] = code
  decodeTable[code] = i
}

/**
 * Base64url without padding (RFC 4648 section 5). By the platform where it can, ten times as fast:
 * records pass through here on every verification.
 */
export function encodeBase64url(bytes: Uint8Array): string {
  const { buffer } = platform()
  if (buffer) return buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
  const { length } = bytes
  const whole = length - (length % 3)
  const text = new Uint8Array(Math.ceil((length * 4) / 3))
  let out = 0
  for (let i = 0; i < whole; i += 3) {
    const word = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!
    text[out++] = encodeTable[word >>> 18]!
    text[out++] = encodeTable[(word >>> 12) & 63]!
    text[out++] = encodeTable[(word >>> 6) & 63]!
    text[out++] = encodeTable[word & 63]!
  }
  if (whole < length) {
    const word = (bytes[whole]! << 16) | ((bytes[whole + 1] ?? 0) << 8)
    text[out++] = encodeTable[word >>> 18]!
    text[out++] = encodeTable[(word >>> 12) & 63]!
    if (length - whole === 2) text[out] = encodeTable[(word >>> 6) & 63]!
  }
  return decodeUtf8(text)
}

/**
 * The bytes, or null when the text is not the one canonical encoding of any: foreign letters,
 * impossible lengths, stray bits.
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  const { buffer } = platform()
  if (buffer) {
    const bytes = new Uint8Array((text.length * 3) >>> 2)
    // Into memory of our own, since Buffer's is shared; and back, since it skips what is foreign.
    const view = buffer.from(bytes.buffer, 0, bytes.length)
    view.write(text, 'base64url')
    return view.toString('base64url') === text ? bytes : null
  }
  // Bytes are read several times as fast as the letters of a string; what is not ASCII becomes
  // bytes that the table refuses.
  const letters = encodeUtf8(text)
  const { length } = letters
  const rest = length & 3
  if (rest === 1) return null
  const bytes = new Uint8Array((length * 3) >>> 2)
  let [out, word, seen] = [0, 0, 0]
  for (let i = 0; i < length; i++) {
    const value = decodeTable[letters[i]!]!
    seen |= value
    word = (word << 6) | value
    if ((i & 3) === 3) {
      bytes[out++] = word >>> 16
      bytes[out++] = word >>> 8
      bytes[out++] = word
      word = 0
    }
  }
  if (seen > 63) return null
  if (rest === 2) {
    if (word & 15) return null
    bytes[out] = word >>> 4
  } else if (rest === 3) {
    if (word & 3) return null
    bytes[out] = word >>> 10
    bytes[out + 1] = word >>> 2
  }
  return bytes
}

/** The UTF-8 bytes of a text, in base64url: how user ids and realms stand in a record's key. */
export function encodeText(text: string): string {
  return encodeBase64url(encodeUtf8(text))
}
