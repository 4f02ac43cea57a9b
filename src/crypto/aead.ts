import { platform, type PlatformAes } from './platform.ts'
import { randomBytes } from './random.ts'

type Bytes = Uint8Array<ArrayBuffer>

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** What WebCrypto made of the keys that the keyring keeps. */
const cryptoKeys = new WeakMap<Bytes, CryptoKey>()

/**
 * Encrypts by AES-256-GCM under a random nonce: nonce, ciphertext, 16-byte tag. By the platform's
 * synchronous AES where there is one: WebCrypto hands each record of a few kilobytes to another
 * thread and back, which costs more CPU than everything else in a verification together.
 */
export function sealBytes(
  key: Bytes,
  plain: Bytes,
  associated: Bytes,
): Uint8Array | Promise<Uint8Array> {
  const { aes } = platform()
  // Drawn for this seal alone: a pool would come back with a snapshot of the process.
  const nonce = randomBytes(NONCE_BYTES)
  return aes
    ? sealHere(aes, key, nonce, plain, associated)
    : sealByWebCrypto(key, nonce, plain, associated)
}

/**
 * Decrypts what {@link sealBytes} made, or null when anything about it is not authentic, a
 * shortened tag included.
 */
export function openBytes(
  key: Bytes,
  sealed: Bytes,
  associated: Bytes,
): Uint8Array | null | Promise<Uint8Array | null> {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null
  const { aes } = platform()
  return aes ? openHere(aes, key, sealed, associated) : openByWebCrypto(key, sealed, associated)
}

function sealHere(
  aes: PlatformAes,
  key: Bytes,
  nonce: Bytes,
  plain: Bytes,
  associated: Bytes,
): Uint8Array {
  const sealed = new Uint8Array(NONCE_BYTES + plain.length + TAG_BYTES)
  const cipher = aes.createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(associated)
  sealed.set(nonce)
  sealed.set(cipher.update(plain), NONCE_BYTES)
  cipher.final()
  sealed.set(cipher.getAuthTag(), NONCE_BYTES + plain.length)
  return sealed
}

function openHere(
  aes: PlatformAes,
  key: Bytes,
  sealed: Bytes,
  associated: Bytes,
): Uint8Array | null {
  const decipher = aes.createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(associated)
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    // Throws where the tag is not that of these bytes; nothing that was deciphered leaves before.
    decipher.final()
  } catch {
    return null
  }
  return new Uint8Array(plain.buffer, plain.byteOffset, plain.length)
}

async function sealByWebCrypto(
  key: Bytes,
  nonce: Bytes,
  plain: Bytes,
  associated: Bytes,
): Promise<Uint8Array> {
  const encrypted = await crypto.subtle.encrypt(
    parameters(nonce, associated),
    await cryptoKeyOf(key),
    plain,
  )
  const sealed = new Uint8Array(NONCE_BYTES + encrypted.byteLength)
  sealed.set(nonce)
  sealed.set(new Uint8Array(encrypted), NONCE_BYTES)
  return sealed
}

async function openByWebCrypto(
  key: Bytes,
  sealed: Bytes,
  associated: Bytes,
): Promise<Uint8Array | null> {
  const cryptoKey = await cryptoKeyOf(key)
  try {
    return new Uint8Array(
      await crypto.subtle.decrypt(
        parameters(sealed.subarray(0, NONCE_BYTES), associated),
        cryptoKey,
        sealed.subarray(NONCE_BYTES),
      ),
    )
  } catch {
    return null
  }
}

function parameters(iv: Bytes, additionalData: Bytes): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData, tagLength: TAG_BYTES * 8 }
}

async function cryptoKeyOf(key: Bytes): Promise<CryptoKey> {
  const known = cryptoKeys.get(key)
  if (known) return known
  const imported = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])
  cryptoKeys.set(key, imported)
  return imported
}
