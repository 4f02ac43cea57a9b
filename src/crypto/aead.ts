import { randomBytes } from './random.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Encrypts by AES-256-GCM under a random nonce: nonce, ciphertext, 16-byte tag. */
export async function sealBytes(key: Uint8Array<ArrayBuffer>, plain: Uint8Array<ArrayBuffer>, associated: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const iv = randomBytes(NONCE_BYTES)
  const encrypted = await crypto.subtle.encrypt(parameters(iv, associated), await importKey(key, 'encrypt'), plain)
  const sealed = new Uint8Array(NONCE_BYTES + encrypted.byteLength)
  sealed.set(iv)
  sealed.set(new Uint8Array(encrypted), NONCE_BYTES)
  return sealed
}

/** Decrypts what {@link sealBytes} made, or null when anything about it is not authentic, a shortened tag included. */
export async function openBytes(key: Uint8Array<ArrayBuffer>, sealed: Uint8Array<ArrayBuffer>, associated: Uint8Array<ArrayBuffer>): Promise<Uint8Array | null> {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null
  const cryptoKey = await importKey(key, 'decrypt')
  try {
    const iv = sealed.subarray(0, NONCE_BYTES)
    return new Uint8Array(await crypto.subtle.decrypt(parameters(iv, associated), cryptoKey, sealed.subarray(NONCE_BYTES)))
  } catch {
    return null
  }
}

function parameters(iv: Uint8Array<ArrayBuffer>, additionalData: Uint8Array<ArrayBuffer>): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData, tagLength: TAG_BYTES * 8 }
}

function importKey(key: Uint8Array<ArrayBuffer>, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', key, 'AES-GCM', false, [usage])
}
