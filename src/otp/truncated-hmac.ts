import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { createHmacSha1Key, hmacSha1OfCounter, type Words } from '../crypto/sha1.ts'
import type { OtpAlgorithm, OtpDigits } from './otp-params.ts'

/**
 * 10^digits (RFC 4226 5.3, step 3), written out because `**` makes it a float, whose remainder
 * costs a tenth of a code.
 */
export const MODULUS: { readonly [D in OtpDigits]: number } = {
  6: 1_000_000,
  7: 10_000_000,
  8: 100_000_000,
}

/** A key that is set up for one algorithm. */
export interface CounterKey {
  /** The HMAC of a counter, truncated to 31 bits (RFC 4226 5.3, step 2). */
  truncatedAt(counter: number): number
}

/** Sets up the key of an authenticator. */
export function createCounterKey(algorithm: OtpAlgorithm, bytes: Uint8Array): CounterKey {
  if (algorithm === 'SHA1') {
    const key = createHmacSha1Key(bytes)
    return { truncatedAt: (counter) => truncateWords(hmacSha1OfCounter(key, counter)) }
  }
  const keyed = hmac.create(algorithm === 'SHA256' ? sha256 : sha512, bytes)
  return {
    truncatedAt: (counter) => truncateBytes(keyed.clone().update(counterBytes(counter)).digest()),
  }
}

/** A counter as 8 bytes, past 2^32 too (RFC 4226 5.1, RFC 6238 4.2). */
function counterBytes(counter: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8))
  view.setUint32(0, Math.floor(counter / 0x1_0000_0000))
  view.setUint32(4, counter)
  return new Uint8Array(view.buffer)
}

/** 31 bits from the byte that the last nibble names. */
function truncateBytes(mac: Uint8Array): number {
  const at = mac[mac.length - 1]! & 0xf
  return ((mac[at]! & 0x7f) << 24) | (mac[at + 1]! << 16) | (mac[at + 2]! << 8) | mac[at + 3]!
}

function truncateWords(words: Words): number {
  const at = words[words.length - 1]! & 0xf
  const index = at >>> 2
  const shift = (at & 3) * 8
  // A shift by 32 bits is none at all in this language, hence in two steps.
  return ((words[index]! << shift) | ((words[index + 1]! >>> 1) >>> (31 - shift))) & 0x7fff_ffff
}
