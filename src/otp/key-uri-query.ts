import { KeystepError } from '../errors.ts'
import { bareText } from '../text/bare-text.ts'
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

const NAMES = [
  'secret',
  'issuer',
  'image',
  'algorithm',
  'digits',
  'period',
  'counter',
  'encoder',
] as const
type Name = (typeof NAMES)[number]
/** Written out: a bundle could not leave out a search for it. */
const ISSUER = 1

/**
 * The `issuer` parameter: as it stands, and as a form's encoding would mean it, which writes a
 * space as a plus.
 */
export interface IssuerParam {
  readonly text: string
  readonly spaced: string
}

/** The parameters that count, decoded. */
export type KeyUriParams = { readonly [K in Exclude<Name, 'issuer'>]: string | undefined } & {
  readonly issuer: IssuerParam | null
}

/** An ampersand as HTML and JSON write it, once or several times over. */
const ESCAPED_AMPERSAND = /&(?:(?:amp|#0*38|#x0*26);)+|\\u0026|\\x26/gi

/** An address that was copied out of HTML or JSON with the separators that it was meant with. */
export function unescapeSeparators(uri: string): string {
  // Looked for first: every escape has one of the two, and few addresses have either.
  const mayBeEscaped = uri.includes(';') || uri.includes('\\')
  return mayBeEscaped ? uri.replace(ESCAPED_AMPERSAND, '&') : uri
}

/**
 * The parameters of a key URI, whatever the case of their names. Any of them twice, known or not,
 * is refused: two readers could pick two different ones. So is a name or value in which another
 * parameter got stuck, because to pass over it would change the codes without a word (V31). By
 * index and not by `split` and `Map`, which take three times as long.
 */
export function splitQuery(query: string): KeyUriParams {
  const names: string[] = NAMES.slice()
  const values: (string | undefined)[] = []
  let issuer: IssuerParam | null = null
  for (let start = 0, end; start < query.length; start = end + 1) {
    end = before(query.indexOf('&', start), query.length)
    if (end === start) continue
    const equals = before(query.indexOf('=', start), end)
    const place = placeOf(query.slice(start, equals), names)
    if (values[place] !== undefined)
      throw new KeystepError('ERR_KEY_URI', 'the key URI has a parameter twice')
    const written = query.slice(equals + 1, end)
    if (written.includes('=') && STUCK_VALUE.test(written)) throw stuck()
    const text = decodePercent(written)
    values[place] = text
    if (place === ISSUER && text !== '') issuer = { text, spaced: spacedText(written, text) }
  }
  const [secret, , image, algorithm, digits, period, counter, encoder] = values
  return { secret, issuer, image, algorithm, digits, period, counter, encoder }
}

// Whatever stands in the place of `&`: `;` in old HTML, `,` or `?` where an address was put
// together of parts, white space where a line was folded, what is left of an escaped `&`.
const STUCK_VALUE =
  /(?:[^a-z0-9_.%-]|%[0-9a-f]{2})(?:amp;?)*(?:secret|issuer|algorithm|digits|period|counter|encoder)=/i
const STUCK_NAME =
  /(?:^|[^a-z0-9_.-]|amp)(?:secret|issuer|image|algorithm|digits|period|counter|encoder)(?![a-z0-9_.-])/

function spacedText(written: string, text: string): string {
  return written.includes('+') ? decodePercent(written.replaceAll('+', ' ')) : text
}

function stuck(): KeystepError {
  return new KeystepError(
    'ERR_KEY_URI',
    'a parameter of the key URI is stuck in another: its separators were escaped or replaced',
  )
}

function before(found: number, end: number): number {
  return found < 0 || found > end ? end : found
}

/** Where a name stands among the names, to which it is added if it is new. */
function placeOf(written: string, names: string[]): number {
  const known = (NAMES as readonly string[]).indexOf(written)
  if (known >= 0) return known
  const decoded = decodePercent(written)
  const name = bareText(decoded).toLowerCase()
  // Noise within a name is none of it; a name of noise alone is kept apart from others of its kind.
  const place = names.indexOf(name === '' ? decoded : name)
  if (place >= 0) return place
  if (STUCK_NAME.test(name)) throw stuck()
  return names.push(name === '' ? decoded : name) - 1
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
