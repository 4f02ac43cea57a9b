import { KeystepError } from '../errors.ts'
import {
  DEFAULT_ALGORITHM,
  DEFAULT_DIGITS,
  DEFAULT_PERIOD_SECONDS,
  MAX_PERIOD_SECONDS,
  type OtpAlgorithm,
  type OtpDigits,
} from './otp-params.ts'

/** Undoes percent-encoding; a plus is a plus. Malformed encoding throws `ERR_KEY_URI`. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    // Without the cause, whose message could repeat a piece of the text.
    throw new KeystepError('ERR_KEY_URI', 'the key URI has malformed percent-encoding')
  }
}

const NAMES = ['secret', 'issuer', 'image', 'algorithm', 'digits', 'period', 'counter'] as const

/** The parameters that count, decoded. */
export type KeyUriParams = { readonly [K in (typeof NAMES)[number]]: string | undefined }

/**
 * The parameters of a key URI, whatever the case of their names. Any of them twice, known or not,
 * is refused: two readers could pick two different ones. By index and not by `split` and `Map`,
 * which take three times as long.
 */
export function splitQuery(query: string): KeyUriParams {
  const names: string[] = NAMES.slice()
  const values: (string | undefined)[] = []
  for (let start = 0, end; start < query.length; start = end + 1) {
    end = before(query.indexOf('&', start), query.length)
    if (end === start) continue
    const equals = before(query.indexOf('=', start), end)
    const place = placeOf(query.slice(start, equals), names)
    if (values[place] !== undefined)
      throw new KeystepError('ERR_KEY_URI', 'the key URI has a parameter twice')
    values[place] = decodePercent(query.slice(equals + 1, end))
  }
  const [secret, issuer, image, algorithm, digits, period, counter] = values
  return { secret, issuer, image, algorithm, digits, period, counter }
}

function before(found: number, end: number): number {
  return found < 0 || found > end ? end : found
}

/** Where a name stands among the names, to which it is added if it is new. */
function placeOf(written: string, names: string[]): number {
  const known = (NAMES as readonly string[]).indexOf(written)
  if (known >= 0) return known
  const name = decodePercent(written).toLowerCase()
  const place = names.indexOf(name)
  return place < 0 ? names.push(name) - 1 : place
}

/** The `algorithm` parameter; `SHA-1` and `HmacSHA1` are spellings of `SHA1` that are met. */
export function readAlgorithm(value: string | undefined): OtpAlgorithm {
  if (value === undefined) return DEFAULT_ALGORITHM
  const bits = /^(?:HMAC-?)?SHA-?(1|256|512)$/i.exec(value)?.[1]
  if (bits === '1') return 'SHA1'
  if (bits === '256') return 'SHA256'
  if (bits === '512') return 'SHA512'
  throw new KeystepError(
    'ERR_KEY_URI',
    'the algorithm of the key URI is none of SHA1, SHA256, SHA512',
  )
}

/** The `digits` parameter. */
export function readDigits(value: string | undefined): OtpDigits {
  if (value === undefined) return DEFAULT_DIGITS
  if (value === '6') return 6
  if (value === '7') return 7
  if (value === '8') return 8
  throw new KeystepError('ERR_KEY_URI', 'the digits of the key URI are none of 6, 7, 8')
}

/** The `period` parameter, in seconds. */
export function readPeriod(value: string | undefined): number {
  if (value === undefined) return DEFAULT_PERIOD_SECONDS
  const period = /^[1-9][0-9]{0,2}$/.test(value) ? Number(value) : NaN
  if (period <= MAX_PERIOD_SECONDS) return period
  throw new KeystepError(
    'ERR_KEY_URI',
    `the period of the key URI is no number of seconds from 1 to ${MAX_PERIOD_SECONDS}`,
  )
}

/** The `counter` parameter, which HOTP requires. */
export function readCounter(value: string | undefined): number {
  const counter = value !== undefined && /^[0-9]{1,16}$/.test(value) ? Number(value) : NaN
  if (Number.isSafeInteger(counter)) return counter
  throw new KeystepError('ERR_KEY_URI', 'the key URI has no counter from 0 to 2^53 - 1')
}
