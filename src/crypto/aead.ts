import { randomBytes } from './random.ts'

type Bytes = Uint8Array<ArrayBuffer>

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Encrypts by AES-256-GCM under a random nonce: nonce, ciphertext, 16-byte tag. */
export async function sealBytes(key: Bytes, plain: Bytes, associated: Bytes): Promise<Uint8Array> {
  const nonce = randomBytes(NONCE_BYTES)
  const sealed = new Uint8Array(NONCE_BYTES + plain.length + TAG_BYTES)
  sealed.set(nonce)
  const platform = platformAes()
  if (platform) {
    const cipher = platform.createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
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
  const platform = platformAes()
  const cryptoKey = platform ? null : await importKey(key, 'decrypt')
  try {
    if (!platform) return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, associated), cryptoKey!, sealed.subarray(NONCE_BYTES)))
    const decipher = platform.createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
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

const CIPHER = 'aes-256-gcm'

interface GcmStream {
  setAAD(data: Uint8Array): void
  update(data: Uint8Array): Uint8Array
  final(): Uint8Array
}

/** What is used of a platform's own synchronous AES. */
interface PlatformAes {
  createCipheriv(algorithm: string, key: Uint8Array, nonce: Uint8Array, o: { authTagLength: number }): GcmStream & { getAuthTag(): Uint8Array }
  createDecipheriv(algorithm: string, key: Uint8Array, nonce: Uint8Array, o: { authTagLength: number }): GcmStream & { setAuthTag(tag: Uint8Array): void }
}

let found: PlatformAes | null | undefined

/**
 * The platform's synchronous AES, or null. WebCrypto hands each record of a few kilobytes to another thread and back, which costs more CPU
 * than everything else in a verification together; where there is a synchronous one, it is taken.
 */
function platformAes(): PlatformAes | null {
  if (found === undefined) {
    const host = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
    const module = host.process?.getBuiltinModule?.('node:crypto') as Partial<PlatformAes> | undefined
    found = module?.createCipheriv && module.createDecipheriv ? (module as PlatformAes) : null
  }
  return found
}
