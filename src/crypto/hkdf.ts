import { expand as expandBy, extract as extractBy } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'

const KEY_BYTES = 32

/** HKDF-Extract (RFC 5869 2.2) by SHA-256: the pseudorandom key, to expand from. */
export function extract(salt: Uint8Array, material: Uint8Array): Uint8Array<ArrayBuffer> {
  return extractBy(sha256, material, salt)
}

/** HKDF-Expand (RFC 5869 2.3) of 32 bytes. */
export function expand(pseudorandomKey: Uint8Array, info: Uint8Array): Uint8Array<ArrayBuffer> {
  return expandBy(sha256, pseudorandomKey, info, KEY_BYTES)
}
