import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'

/** HMAC-SHA-256 (RFC 2104) of one key, set up once for many messages. */
export interface HmacKey {
  mac(message: Uint8Array): Uint8Array<ArrayBuffer>
}

/** Sets up a key of any length. */
export function createHmacKey(key: Uint8Array): HmacKey {
  const keyed = hmac.create(sha256, key)
  return { mac: (message) => keyed.clone().update(message).digest() }
}
