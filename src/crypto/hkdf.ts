import { createHmacKey, hmac, type HmacKey, sha256 } from './hmac.ts'

/** HKDF-Extract (RFC 5869 2.2) by SHA-256: the pseudorandom key, set up to expand from. */
export function extract(salt: Uint8Array, material: Uint8Array): HmacKey {
  return createHmacKey(sha256, hmac(createHmacKey(sha256, salt), material))
}

/** HKDF-Expand (RFC 5869 2.3) of 32 bytes, which is its first block alone. */
export function expand(pseudorandomKey: HmacKey, info: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(info.length + 1)
  message.set(info)
  message[info.length] = 1
  return hmac(pseudorandomKey, message)
}
