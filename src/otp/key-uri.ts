import { Secret } from '../crypto/secret.ts'
import { KeystepError } from '../errors.ts'
import { unwrapText } from '../text/bare-text.ts'
import { OtpKey, type OtpKeyOptions, requireOtpKey } from './otp-key.ts'
import { splitLabel } from './key-uri-label.ts'
import {
  readAlgorithm,
  readCounter,
  readDigits,
  readPeriod,
  splitQuery,
  unescapeSeparators,
} from './key-uri-query.ts'
import { requireInteger, requireOptions } from './option-checks.ts'
import {
  DEFAULT_ALGORITHM,
  DEFAULT_DIGITS,
  DEFAULT_PERIOD_SECONDS,
  type OtpAlgorithm,
  type OtpDigits,
  resolveOtpParams,
  resolvePeriod,
  type TotpParams,
} from './otp-params.ts'

/** What a QR code holds at the error correction of pictures: a longer one could not be shown. */
const MAX_CHARACTERS = 2328
/** Of an issuer once percent-encoded: beside it the longest account of any script fits. */
export const MAX_ENCODED_ISSUER = 480
const TOTP = 'otpauth://totp/'
const HOTP = 'otpauth://hotp/'
// Control characters, raw or percent-encoded, and lone surrogates are refused: no app can show
// them, and logs and pages trip on them. By ranges, because every start would pay for looking up
// what Unicode calls a control character.
const UNFIT = /[^ !"$-~\u00a0-\ud7ff\ue000-\u{10ffff}]/u
const ENCODED_CONTROL = /%(?:[01][0-9a-f]|7f|c2%[89][0-9a-f])/i
/**
 * What most addresses are: none of it is unfit or noise, and looking for this takes half as long.
 */
const PLAIN = /^[A-Za-z][!"$-~]*$/
const STEAM = /^(?:steam:|otpauth:\/\/steam(?:[/?]|$))/i
const MIGRATION = /^otpauth-migration:/i
const STEAM_SAYS =
  "a Steam Guard address: its codes are letters of Steam's own, which only its app and few others make"
const MIGRATION_SAYS =
  'an otpauth-migration: address, which is an export of many keys from Google Authenticator: take it apart into otpauth: addresses first'

/** Whether a text is an address of a key rather than the key itself. */
export function isKeyAddress(text: string): boolean {
  return /^[^a-z]*(?:[a-z][a-z0-9+.-]*:\/\/|otpauth(?:-migration)?:|steam:)/i.test(text)
}

/** What {@link buildKeyUri} writes. */
export interface BuildKeyUriOptions extends TotpParams {
  key: OtpKey
  /**
   * Who issued the key: the portal's name, as the app shows it. No colon. White space around it is
   * dropped.
   */
  issuer: string
  /**
   * Whose key it is: a login name or address, as the app shows it. No colon. White space around it
   * is dropped.
   */
  account: string
  /** Default `'totp'`. */
  type?: 'totp' | 'hotp' | undefined
  /**
   * For `'hotp'` alone: the counter of the first code, an integer from 0 to 2^53 - 1. Default 0.
   */
  counter?: number | undefined
  /** An `https:` address of the issuer's logo, which a few apps show. */
  image?: string | undefined
}

/** What a key URI of either type says. */
export interface ParsedKeyUriBase {
  readonly key: OtpKey
  /** From the `issuer` parameter, or else the label; null when neither has one. */
  readonly issuer: string | null
  /** Empty where the label names nobody. */
  readonly account: string
  readonly image: string | null
  readonly algorithm: OtpAlgorithm
  readonly digits: OtpDigits
}

/**
 * A key URI taken apart. `periodSeconds` belongs to TOTP and `counter` to HOTP; each is null in the
 * other.
 */
export type ParsedKeyUri =
  | (ParsedKeyUriBase & {
      readonly type: 'totp'
      readonly periodSeconds: number
      readonly counter: null
    })
  | (ParsedKeyUriBase & {
      readonly type: 'hotp'
      readonly periodSeconds: null
      readonly counter: number
    })

/**
 * Writes the `otpauth:` address that an authenticator app reads from a QR code (Key URI Format).
 * The issuer stands in label and parameter, a space is `%20`, and what is default is left out, so
 * that every app takes it.
 *
 * @returns at most 2,328 ASCII characters, which a QR code holds. They hold the key: draw them at
 *   once, in your own process, and never log them.
 * @throws `ERR_KEY_URI` for an issuer or account that is empty, not well-formed, or has a colon or
 *   control character, for an image that is no `https:` address, and when all is too long;
 *   `ERR_KEY` for anything but an OtpKey; `ERR_OPTION` for any other option.
 */
export function buildKeyUri(options: BuildKeyUriOptions): Secret<string> {
  const { key, type, image } = requireOptions(options)
  const secret = requireOtpKey(key).revealBase32()
  const issuer = encodeLabelPart('issuer', options.issuer)
  const account = encodeLabelPart('account', options.account)
  const more =
    describeParams(options) +
    (image === undefined ? '' : `&image=${encodeURIComponent(requireImage(image))}`)
  const uri = `otpauth://${type ?? 'totp'}/${issuer}:${account}?secret=${secret}&issuer=${issuer}${more}`
  if (uri.length > MAX_CHARACTERS)
    throw new KeystepError('ERR_KEY_URI', 'issuer, account, image and key are too long together')
  return new Secret(uri)
}

/**
 * Reads an `otpauth:` address (Key URI Format), as other systems write it and people paste it: any
 * case, `SHA-1` and `HmacSHA1`, a label that is separated by `:` or `%3A`, or none at all, an
 * issuer that differs from the label's (the parameter counts), unknown parameters; white space,
 * quotes and invisible characters around it, and separators that HTML or JSON escaped.
 *
 * @param uri at most 2,328 characters.
 * @param options `allowShortKey` takes keys from 10 bytes on, `allowSpareBits` spare bits.
 * @throws `ERR_KEY_URI_KIND` for Steam's addresses (`steam:`, `encoder=steam`) and for the export
 *   of many keys (`otpauth-migration:`); `ERR_KEY_URI` for anything else: another scheme or type, a
 *   parameter twice or stuck in another, a hotp address without counter, digits, period, counter or
 *   algorithm out of range, a key that is none (then with `cause`). The message never repeats the
 *   address.
 */
export function parseKeyUri(uri: string | Secret<string>, options?: OtpKeyOptions): ParsedKeyUri {
  const { type, label, query } = takeApart(uri)
  const given = splitQuery(query)
  if (given.encoder !== undefined) throw new KeystepError('ERR_KEY_URI_KIND', STEAM_SAYS)
  const { issuer, account } = splitLabel(label, given.issuer)
  const key = readKey(given.secret, options)
  const image = given.image || null
  const algorithm = readAlgorithm(given.algorithm)
  const digits = readDigits(given.digits)
  // Spelled out twice: spreading a common part costs a tenth of the whole call.
  if (type === 'totp') {
    const periodSeconds = readPeriod(given.period)
    return { type, key, issuer, account, image, algorithm, digits, periodSeconds, counter: null }
  }
  const counter = readCounter(given.counter)
  return { type, key, issuer, account, image, algorithm, digits, periodSeconds: null, counter }
}

/**
 * The parameters after the issuer. Apps choke on unusual ones, and some ignore them, so defaults
 * are left unsaid.
 */
function describeParams(options: BuildKeyUriOptions): string {
  const { algorithm, digits } = resolveOtpParams(options)
  const hash = algorithm === DEFAULT_ALGORITHM ? '' : `&algorithm=${algorithm}`
  const length = digits === DEFAULT_DIGITS ? '' : `&digits=${digits}`
  return hash + length + describeMovingFactor(options)
}

function describeMovingFactor({ type, counter, periodSeconds }: BuildKeyUriOptions): string {
  const given: unknown = type
  if (given === 'hotp') {
    if (periodSeconds !== undefined)
      throw new KeystepError('ERR_OPTION', 'periodSeconds belongs to totp')
    return `&counter=${requireInteger('counter', counter === undefined ? 0 : counter, 0, Number.MAX_SAFE_INTEGER)}`
  }
  if (given !== undefined && given !== 'totp')
    throw new KeystepError('ERR_OPTION', 'type must be totp or hotp')
  if (counter !== undefined) throw new KeystepError('ERR_OPTION', 'counter belongs to hotp')
  const period = resolvePeriod(periodSeconds)
  return period === DEFAULT_PERIOD_SECONDS ? '' : `&period=${period}`
}

function encodeLabelPart(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new KeystepError('ERR_OPTION', `${name} must be a string`)
  if (value.length > MAX_CHARACTERS) throw new KeystepError('ERR_KEY_URI', `${name} is too long`)
  const text = value.trim()
  if (text === '') throw new KeystepError('ERR_KEY_URI', `${name} must not be empty`)
  if (text.includes(':'))
    throw new KeystepError(
      'ERR_KEY_URI',
      `${name} must not have a colon: apps split the label there`,
    )
  return encodeURIComponent(requirePlainText(name, text))
}

function requireImage(image: unknown): string {
  if (typeof image !== 'string') throw new KeystepError('ERR_OPTION', 'image must be a string')
  if (!image.startsWith('https://') || image.length > MAX_CHARACTERS) {
    throw new KeystepError('ERR_KEY_URI', 'image must be an https: address')
  }
  return requirePlainText('image', image)
}

/**
 * Lone surrogates are refused here because `encodeURIComponent` would throw an error of its own.
 */
function requirePlainText(name: string, text: string): string {
  if (!/[\p{Cc}\p{Cs}]/u.test(text)) return text
  throw new KeystepError(
    'ERR_KEY_URI',
    `${name} must be well-formed Unicode without control characters`,
  )
}

function takeApart(uri: string | Secret<string>): {
  type: 'totp' | 'hotp'
  label: string
  query: string
} {
  const given = textOf(uri)
  const isPlain = PLAIN.test(given)
  const text = unescapeSeparators(isPlain ? given : unwrapText(given))
  const head = text.startsWith(TOTP) ? TOTP : headOf(text)
  const question = text.indexOf('?')
  const unfit = (!isPlain && UNFIT.test(text)) || ENCODED_CONTROL.test(text)
  if ((head !== TOTP && head !== HOTP) || question < 0 || unfit) {
    throw new KeystepError('ERR_KEY_URI', 'not an otpauth: address of type totp or hotp')
  }
  return {
    type: head === TOTP ? 'totp' : 'hotp',
    label: text.slice(TOTP.length, question),
    query: text.slice(question + 1),
  }
}

/** The start of an address in lower case, with the slash that stands before a label, if any. */
function headOf(text: string): string {
  if (STEAM.test(text)) throw new KeystepError('ERR_KEY_URI_KIND', STEAM_SAYS)
  if (MIGRATION.test(text)) throw new KeystepError('ERR_KEY_URI_KIND', MIGRATION_SAYS)
  return text.slice(0, TOTP.length).toLowerCase().replace('?', '/')
}

function textOf(uri: unknown): string {
  const text: unknown = uri instanceof Secret ? uri.reveal() : uri
  if (typeof text !== 'string') throw new KeystepError('ERR_KEY_URI', 'a key URI is a string')
  if (text.length > MAX_CHARACTERS)
    throw new KeystepError('ERR_KEY_URI', `a key URI has at most ${MAX_CHARACTERS} characters`)
  return text
}

function readKey(secret: string | undefined, options: OtpKeyOptions | undefined): OtpKey {
  if (secret === undefined) throw new KeystepError('ERR_KEY_URI', 'the key URI has no secret')
  try {
    return OtpKey.fromBase32(secret, options)
  } catch (cause) {
    const because = (cause as KeystepError).message
    throw new KeystepError('ERR_KEY_URI', `the secret of the key URI is no OTP key: ${because}`, {
      cause,
    })
  }
}
