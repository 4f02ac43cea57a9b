import { KeystepError } from '../errors.ts'
import { requireInteger, requireOptions } from './option-checks.ts'

/** The hash of the HMAC, spelled as the Key URI Format spells it. */
export type OtpAlgorithm = 'SHA1' | 'SHA256' | 'SHA512'

/** The length of a code; RFC 4226 R4 asks for at least 6. */
export type OtpDigits = 6 | 7 | 8

/**
 * What a key's two sides must agree on. The defaults are what every authenticator app takes; many
 * ignore anything else.
 */
export interface OtpParams {
  /** Default `'SHA1'`. */
  algorithm?: OtpAlgorithm | undefined
  /** Digits of a code: 6, 7 or 8. Default 6. */
  digits?: OtpDigits | undefined
}

/** {@link OtpParams} and the length of a time step. */
export interface TotpParams extends OtpParams {
  /**
   * Seconds of a time step, an integer from 1 to 300; at most 120 to comply with 63B-4 3.1.4.1.
   * Default 30 (RFC 6238 5.2).
   */
  periodSeconds?: number | undefined
}

const ALGORITHMS: readonly OtpAlgorithm[] = ['SHA1', 'SHA256', 'SHA512']
export const DEFAULT_ALGORITHM: OtpAlgorithm = 'SHA1'
export const DEFAULT_DIGITS: OtpDigits = 6
export const DEFAULT_PERIOD_SECONDS = 30
export const MAX_PERIOD_SECONDS = 300

/** Algorithm and digits with their defaults; anything out of range throws `ERR_OPTION`. */
export function resolveOtpParams(params: OtpParams): {
  algorithm: OtpAlgorithm
  digits: OtpDigits
} {
  const { algorithm = DEFAULT_ALGORITHM, digits = DEFAULT_DIGITS } = requireOptions(params)
  if (!ALGORITHMS.includes(algorithm))
    throw new KeystepError('ERR_OPTION', 'algorithm must be SHA1, SHA256 or SHA512')
  requireInteger('digits', digits, 6, 8)
  return { algorithm, digits }
}

/** The time step in seconds with its default; anything out of range throws `ERR_OPTION`. */
export function resolvePeriod(periodSeconds: unknown = DEFAULT_PERIOD_SECONDS): number {
  return requireInteger('periodSeconds', periodSeconds, 1, MAX_PERIOD_SECONDS)
}
