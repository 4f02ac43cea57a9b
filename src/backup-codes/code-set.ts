import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { decodeBase64url, encodeBase64url } from '../crypto/base64url.ts'
import { randomBytes } from '../crypto/random.ts'
import { Secret } from '../crypto/secret.ts'
import { KeystepError } from '../errors.ts'
import { normalizeBackupCode } from './normalize.ts'

const SALT_BYTES = 16
const HASH_BITS = 256
/** Random codes of 75 bits need no more (63B-4 3.1.2.2), and edge CPU budgets are small. */
const ROUNDS = 1000
/** Far above what any version used: a set that asks for more is none of ours, and would only keep the server busy. */
const MOST_ROUNDS = 10_000_000

/** One code, as it is kept. A spent one stays, so that its repetition is told apart from a wrong code. */
export interface HashedBackupCode {
  /** The character that names it in its set. */
  readonly name: string
  readonly salt: string
  readonly hash: string
  readonly spent: boolean
}

/** Hashed backup codes: plain JSON, to be kept as it is. */
export interface BackupCodeSet {
  readonly version: 1
  /** PBKDF2-SHA-256 rounds. */
  readonly rounds: number
  readonly codes: readonly HashedBackupCode[]
}

/** `pepper`: a key of the caller's; without it the hashes cannot even be tried. */
export interface PepperOption {
  pepper?: Uint8Array | undefined
}

/**
 * Hashes codes for keeping: each under a random salt of its own, by PBKDF2-SHA-256 and, with a pepper, HMAC-SHA-256 (63B-4 3.1.2.2).
 *
 * @throws `ERR_OPTION` for anything but codes of {@link generateBackupCodes}.
 */
export async function hashBackupCodes(codes: Secret<readonly string[]> | readonly string[], o?: PepperOption): Promise<BackupCodeSet> {
  requirePepper(o?.pepper)
  const given: unknown = codes instanceof Secret ? codes.reveal() : codes
  const texts = Array.isArray(given) ? given.map(normalizeBackupCode) : [null]
  if (new Set(texts.map((text) => text?.[0])).size !== texts.length || texts.includes(null)) {
    throw new KeystepError('ERR_OPTION', 'these are not the codes of one set of generateBackupCodes')
  }
  const hashed = texts.map(async (text): Promise<HashedBackupCode> => {
    const salt = encodeBase64url(randomBytes(SALT_BYTES))
    return { name: text![0]!, salt, hash: await slowHash(text!, salt, ROUNDS, o?.pepper), spent: false }
  })
  return { version: 1, rounds: ROUNDS, codes: await Promise.all(hashed) }
}

/** A set of {@link hashBackupCodes}, as it comes back from wherever it was kept. @throws `ERR_OPTION` */
export function requireSet(set: unknown): asserts set is BackupCodeSet {
  const { version, rounds, codes } = (set ?? {}) as { version?: unknown; rounds?: unknown; codes?: unknown }
  const isWhole = version === 1 && Number.isInteger(rounds) && (rounds as number) > 0 && (rounds as number) <= MOST_ROUNDS
  if (isWhole && Array.isArray(codes) && codes.every(isHashedCode)) return
  throw new KeystepError('ERR_OPTION', 'this is no set of hashBackupCodes')
}

function isHashedCode(value: unknown): value is HashedBackupCode {
  const { name, salt, hash, spent } = (value ?? {}) as Record<string, unknown>
  const isText = typeof name === 'string' && typeof salt === 'string' && typeof hash === 'string'
  return isText && decodeBase64url(salt) !== null && typeof spent === 'boolean'
}

/** An empty text for a pepper, from a variable that is not set, must not read as none. @throws `ERR_OPTION` */
export function requirePepper(pepper: unknown): void {
  if (pepper === undefined || (pepper instanceof Uint8Array && pepper.length > 0)) return
  throw new KeystepError('ERR_OPTION', 'a pepper is a Uint8Array that is not empty')
}

/** Codes not yet spent. */
export function leftOf({ codes }: BackupCodeSet): number {
  return codes.filter(({ spent }) => !spent).length
}

/** The one slow hash of an attempt. */
export async function slowHash(code: string, salt: string, iterations: number, pepper: Uint8Array | undefined): Promise<string> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(code), 'PBKDF2', false, ['deriveBits'])
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt: decodeBase64url(salt)!, iterations }
  const bits = new Uint8Array(await crypto.subtle.deriveBits(parameters, key, HASH_BITS))
  return encodeBase64url(pepper ? hmac(sha256, pepper, bits) : bits)
}
