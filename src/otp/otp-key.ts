import { randomBytes } from '../crypto/random.ts'
import { KeystepError } from '../errors.ts'
import { bytesOfBase32, readBase32, writeBase32 } from './base32.ts'
import { isBytes } from './bytes.ts'
import { requireInteger } from './option-checks.ts'
import type { OtpAlgorithm } from './otp-params.ts'
import { type CounterKey, createCounterKey } from './truncated-hmac.ts'

const MASK = '[OtpKey]'
const inspect = Symbol.for('nodejs.util.inspect.custom')
const DEFAULT_BYTES = 20
const minted = {}
const MIN_BYTES = 16
const MIN_SHORT_BYTES = 10
const MAX_BYTES = 1024

let readCounterKey: (key: OtpKey, algorithm: OtpAlgorithm) => CounterKey
let isOtpKey: (value: unknown) => value is OtpKey

/** How an existing key is taken in. */
export interface OtpKeyOptions {
  /**
   * Takes keys from 10 bytes on, which other systems issued; RFC 4226 R6 asks for 16. New keys are
   * never short.
   */
  allowShortKey?: true | undefined
  /**
   * Takes base32 whose last digit has spare bits that are not zero, and drops them as Python and
   * oathtool do: old systems drew 26 random letters for a key of 16 bytes. By default it is
   * refused, since it may as well be a typing error.
   */
  allowSpareBits?: true | undefined
}

/**
 * The secret that a server and one authenticator share (K of RFC 4226), 16 to 1,024 bytes; 10 on
 * with `allowShortKey`.
 *
 * It does not print: string, JSON, inspect, spread and `structuredClone` show `[OtpKey]` or
 * nothing. It comes out by {@link OtpKey.revealBase32} and {@link OtpKey.revealBytes} alone. It
 * keeps its HMAC set-up, so use one object for many codes.
 */
export class OtpKey {
  /** In bytes or in base32, as it came; the other form is made at its first use. */
  #bytes: Uint8Array | undefined
  #base32: string | undefined
  readonly #counterKeys: { [A in OtpAlgorithm]?: CounterKey } = {}

  private constructor(token: object, byteLength: number, options?: OtpKeyOptions) {
    const least = options?.allowShortKey === true ? MIN_SHORT_BYTES : MIN_BYTES
    if (token !== minted || byteLength < least || byteLength > MAX_BYTES)
      throw new KeystepError(
        'ERR_KEY',
        `an OTP key has ${MIN_BYTES} to ${MAX_BYTES} bytes, with allowShortKey ${MIN_SHORT_BYTES}`,
      )
  }

  /**
   * A new random key (63B-4 3.2.12).
   *
   * @param byteLength 16 to 1,024. Default 20, as RFC 4226 R6 recommends; by RFC 6238 5.1 32 for
   *   SHA256, 64 for SHA512.
   * @throws `ERR_OPTION` for any other length.
   */
  static generate(byteLength: number = DEFAULT_BYTES): OtpKey {
    return OtpKey.fromBytes(
      randomBytes(requireInteger('byteLength', byteLength, MIN_BYTES, MAX_BYTES)),
    )
  }

  /**
   * The key that a base32 text spells. Case, padding and the noise that people copy along (white
   * space, dashes, invisible characters, quotes) do not matter; impossible lengths do, and spare
   * bits unless `allowSpareBits` drops them.
   *
   * @param text at most 65,536 characters.
   * @throws `ERR_KEY` for text that is not base32 or a key too short or too long; the message never
   *   repeats the text, and names the option that would take it.
   */
  static fromBase32(text: string, options?: OtpKeyOptions): OtpKey {
    const digits = readBase32(text, 'ERR_KEY', options?.allowSpareBits === true)
    const key = new OtpKey(minted, (digits.length * 5) >>> 3, options)
    key.#base32 = digits
    return key
  }

  /**
   * The key that is these bytes, copied.
   *
   * @throws `ERR_KEY` for anything but a `Uint8Array` of 16 (10 with `allowShortKey`) to 1,024
   *   bytes.
   */
  static fromBytes(bytes: Uint8Array, options?: OtpKeyOptions): OtpKey {
    const key = new OtpKey(minted, isBytes(bytes) ? bytes.length : 0, options)
    key.#bytes = new Uint8Array(bytes)
    return key
  }

  get byteLength(): number {
    return this.#bytes?.length ?? (this.#base32!.length * 5) >>> 3
  }

  /** The key in base32, upper case without padding: for a person to type and for nothing else. */
  revealBase32(): string {
    return (this.#base32 ??= writeBase32(this.#bytes!))
  }

  /** A copy of the key's bytes. Store them sealed; never log them. */
  revealBytes(): Uint8Array {
    return (this.#bytes ??= bytesOfBase32(this.#base32!)).slice()
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [inspect](): string {
    return MASK
  }

  // A function of this module instead of a method: whoever reads a key's set-up can make codes,
  // so no door of keystep leads there.
  static {
    readCounterKey = (key, algorithm) =>
      (key.#counterKeys[algorithm] ??= createCounterKey(
        algorithm,
        (key.#bytes ??= bytesOfBase32(key.#base32!)),
      ))
    isOtpKey = (value): value is OtpKey =>
      typeof value === 'object' && value !== null && #bytes in value
  }
}

/** The HMAC set-up of a key, made on first use; anything but an {@link OtpKey} throws `ERR_KEY`. */
export function counterKeyOf(key: OtpKey, algorithm: OtpAlgorithm): CounterKey {
  return readCounterKey(requireOtpKey(key), algorithm)
}

/** The key itself; anything but an {@link OtpKey} throws `ERR_KEY`. */
export function requireOtpKey(key: unknown): OtpKey {
  if (isOtpKey(key)) return key
  throw new KeystepError('ERR_KEY', 'expected an OtpKey')
}
