import { platform } from './platform.ts'
import { randomBytes } from './random.ts'

type Bytes = Uint8Array<ArrayBuffer>

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts by AES-256-GCM under a random nonce: nonce, ciphertext, 16-byte tag. By the platform's synchronous AES where there is one: WebCrypto
 * hands each record of a few kilobytes to another thread and back, which costs more CPU than everything else in a verification together.
 */
export async function sealBytes(key: Bytes, plain: Bytes, associated: Bytes): Promise<Uint8Array> {
  const nonce = randomBytes(NONCE_BYTES)
  const sealed = new Uint8Array(NONCE_BYTES + plain.length + TAG_BYTES)
  sealed.set(nonce)
  const { aes } = platform()
  if (aes) {
    const cipher = aes.createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(associated)
    sealed.set(cipher.update(plain), NONCE_BYTES)
    cipher.final()
    sealed.set(cipher.getAuthTag(), NONCE_BYTES + plain.length)
  } else {
    const encrypted = await crypto.subtle.encrypt(parameters(nonce, associated), await importKey(key, 'encrypt'), plain)
    sealed.set(new Uint8Array(encrypted), NONCE_BYTES)
  }
  return sealed
}

/** Decrypts what {@link sealBytes} made, or null when anything about it is not authentic, a shortened tag included. */
export async function openBytes(key: Bytes, sealed: Bytes, associated: Bytes): Promise<Uint8Array | null> {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const { aes } = platform()
  const cryptoKey = aes ? null : await importKey(key, 'decrypt')
  try {
    if (!aes) return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, associated), cryptoKey!, sealed.subarray(NONCE_BYTES)))
    const decipher = aes.createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(associated)
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES))
    // Throws where the tag is not that of these bytes; nothing that was deciphered leaves before.
    decipher.final()
    return new Uint8Array(plain)
  } catch {
    return null
  }
}

function parameters(iv: Bytes, additionalData: Bytes): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData, tagLength: TAG_BYTES * 8 }
}

function importKey(key: Bytes, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', key, 'AES-GCM', false, [usage])
}
