import { matchCounters } from './match-counters.ts'
import { requireInteger, requireOptions } from './option-checks.ts'
import { counterKeyOf, type OtpKey } from './otp-key.ts'
import { type OtpParams, resolveOtpParams } from './otp-params.ts'
import { MODULUS } from './truncated-hmac.ts'

const MAX_LOOK_AHEAD = 100

/** Which code {@link generateHotp} makes. */
export interface GenerateHotpOptions extends OtpParams {
  /** The moving factor (C of RFC 4226): an integer from 0 to 2^53 - 1. */
  counter: number
}

/** What {@link verifyHotp} compares with. */
export interface VerifyHotpOptions extends OtpParams {
  /**
   * The next counter expected: `nextCounter` of the last success, an integer from 0 to 2^53 - 2.
   */
  counter: number
  /**
   * Counters after `counter` that are tried too: 0 to 100. Default 0; as low as a button pressed
   * idly allows (RFC 4226 7.4).
   */
  lookAhead?: number | undefined
}

/** A code that matched, and where the next one starts. */
export interface HotpMatch {
  /** The counter whose code was typed. */
  readonly counter: number
  /**
   * What to keep for the next verification, in the same write that grants access: the code is spent
   * by it.
   */
  readonly nextCounter: number
}

/**
 * The code of one counter (RFC 4226 5.3), with its leading zeros.
 *
 * @throws `ERR_KEY` for anything but an OtpKey; `ERR_OPTION` for an option of the wrong type or out
 *   of range.
 */
export function generateHotp(key: OtpKey, options: GenerateHotpOptions): string {
  const { counter } = requireOptions(options)
  return codeAt(key, requireInteger('counter', counter, 0, Number.MAX_SAFE_INTEGER), options)
}

/** {@link generateHotp} for a counter that is known to be one. */
export function codeAt(key: OtpKey, counter: number, params: OtpParams): string {
  const { algorithm, digits } = resolveOtpParams(params)
  const code = counterKeyOf(key, algorithm).truncatedAt(counter) % MODULUS[digits]
  return String(code).padStart(digits, '0')
}

/**
 * Looks for the typed code at `counter` and up to `lookAhead` counters after it, never before it.
 * Of several that match the first is taken, so that the token is never left behind.
 *
 * @param code what the user typed, as a string. White space, dashes and invisible characters are
 *   dropped, and so are quotes and punctuation around it; digits of every script count by their
 *   value. Anything but exactly `digits` digits is null then.
 * @returns null when nothing matches, whatever was typed. Count attempts: this function cannot (RFC
 *   4226 7.3).
 * @throws `ERR_KEY` for anything but an OtpKey; `ERR_OPTION` for an option of the wrong type or out
 *   of range.
 */
export function verifyHotp(
  key: OtpKey,
  code: string,
  options: VerifyHotpOptions,
): HotpMatch | null {
  const { counter: from, lookAhead = 0 } = requireOptions(options)
  const first = requireInteger('counter', from, 0, Number.MAX_SAFE_INTEGER - 1)
  const ahead = requireInteger('lookAhead', lookAhead, 0, MAX_LOOK_AHEAD)
  const last = Math.min(first + ahead, Number.MAX_SAFE_INTEGER - 1)
  const counter = matchCounters(key, code, range(first, last), options)[0]
  return counter === undefined ? null : { counter, nextCounter: counter + 1 }
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}
