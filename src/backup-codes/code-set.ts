import { decodeBase64url, encodeBase64url } from '../crypto/base64url.ts'
import { createHmacKey } from '../crypto/hmac.ts'
import { randomBytes } from '../crypto/random.ts'
import { Secret } from '../crypto/secret.ts'
import { encodeUtf8 } from '../crypto/utf8.ts'
import { KeystepError } from '../errors.ts'
import { CROCKFORD } from './crockford.ts'
import { normalizeBackupCode } from './normalize.ts'

const SALT_BYTES = 16
const HASH_BYTES = 32
/** Random codes of 75 bits need no more (63B-4 3.1.2.2), and edge CPU budgets are small. */
const ROUNDS = 1000
/**
 * Far above what any version used: a set that asks for more is none of ours, and would only keep
 * the server busy.
 */
const MOST_ROUNDS = 10_000_000

/**
 * One code, as it is kept. A spent one stays, so that its repetition is told apart from a wrong
 * code.
 */
export interface HashedBackupCode {
  /** The character that names it in its set, no secret. */
  readonly name: string
  /** 16 bytes, in base64url. */
  readonly salt: string
  /** 32 bytes, in base64url. */
  readonly hash: string
  readonly spent: boolean
}

/** Hashed backup codes: plain JSON, to be kept as it is; 10 of them take about 1.2 kB. */
export interface BackupCodeSet {
  readonly version: 1
  /** PBKDF2-SHA-256 rounds. */
  readonly rounds: number
  readonly codes: readonly HashedBackupCode[]
}

/** What hashing and spending must agree on. */
export interface PepperOption {
  /**
   * A key of the caller's, of at least one byte and better 32, kept apart from the set; without it
   * the hashes cannot even be tried. Default none. With another pepper, or without, every code of
   * the set is a wrong one.
   */
  pepper?: Uint8Array | undefined
}

/**
 * Hashes codes for keeping: each under a random 16-byte salt of its own, by 1,000 rounds of
 * PBKDF2-SHA-256 and, with a pepper, HMAC-SHA-256 (63B-4 3.1.2.2, ASVS 6.5.2).
 *
 * @throws `ERR_OPTION` for anything but the 1 to 32 codes of one {@link generateBackupCodes}, and
 *   for a pepper that is none.
 */
export async function hashBackupCodes(
  codes: Secret<readonly string[]> | readonly string[],
  o?: PepperOption,
): Promise<BackupCodeSet> {
  requirePepper(o?.pepper)
  const given: unknown = codes instanceof Secret ? codes.reveal() : codes
  const texts =
    Array.isArray(given) && given.length <= CROCKFORD.length ? given.map(normalizeBackupCode) : []
  if (texts.length === 0 || texts.includes(null) || !areDistinct(texts.map((text) => text?.[0]))) {
    throw new KeystepError(
      'ERR_OPTION',
      'these are not the codes of one set of generateBackupCodes',
    )
  }
  const hashed = texts.map(async (text): Promise<HashedBackupCode> => {
    const salt = encodeBase64url(randomBytes(SALT_BYTES))
    return {
      name: text![0]!,
      salt,
      hash: await slowHash(text!, salt, ROUNDS, o?.pepper),
      spent: false,
    }
  })
  return { version: 1, rounds: ROUNDS, codes: await Promise.all(hashed) }
}

/**
 * A set of {@link hashBackupCodes}, as it comes back from wherever it was kept. @throws
 * `ERR_OPTION`
 */
export function requireSet(set: unknown): asserts set is BackupCodeSet {
  const { version, rounds, codes } = (set ?? {}) as {
    version?: unknown
    rounds?: unknown
    codes?: unknown
  }
  const isOurs =
    version === 1 &&
    Number.isInteger(rounds) &&
    (rounds as number) > 0 &&
    (rounds as number) <= MOST_ROUNDS
  const isFilled = Array.isArray(codes) && codes.length > 0 && codes.length <= CROCKFORD.length
  if (isOurs && isFilled && codes.every(isHashedCode) && areDistinct(codes.map(({ name }) => name)))
    return
  throw new KeystepError('ERR_OPTION', 'this is no set of hashBackupCodes')
}

function isHashedCode(value: unknown): value is HashedBackupCode {
  const { name, salt, hash, spent } = (value ?? {}) as Record<string, unknown>
  const isNamed = typeof name === 'string' && name.length === 1 && CROCKFORD.includes(name)
  return (
    isNamed && isBytes(salt, SALT_BYTES) && isBytes(hash, HASH_BYTES) && typeof spent === 'boolean'
  )
}

function isBytes(text: unknown, length: number): boolean {
  return (
    typeof text === 'string' &&
    text.length === Math.ceil((length * 4) / 3) &&
    decodeBase64url(text)?.length === length
  )
}

function areDistinct(names: readonly unknown[]): boolean {
  return new Set(names).size === names.length
}

/**
 * An empty text for a pepper, from a variable that is not set, must not read as none. @throws
 * `ERR_OPTION`
 */
export function requirePepper(pepper: unknown): void {
  if (pepper === undefined || (pepper instanceof Uint8Array && pepper.length > 0)) return
  throw new KeystepError('ERR_OPTION', 'a pepper is a Uint8Array that is not empty')
}

/** Codes not yet spent. */
export function leftOf({ codes }: BackupCodeSet): number {
  return codes.filter(({ spent }) => !spent).length
}

/** The one slow hash of an attempt. */
export async function slowHash(
  code: string,
  salt: string,
  iterations: number,
  pepper: Uint8Array | undefined,
): Promise<string> {
  const key = await crypto.subtle.importKey('raw', encodeUtf8(code), 'PBKDF2', false, [
    'deriveBits',
  ])
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt: decodeBase64url(salt)!, iterations }
  const bits = new Uint8Array(await crypto.subtle.deriveBits(parameters, key, HASH_BYTES * 8))
  return encodeBase64url(pepper ? createHmacKey(pepper).mac(bits) : bits)
}
