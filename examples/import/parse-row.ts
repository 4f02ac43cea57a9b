import type { SmsImportInput, TotpImportInput } from 'keystep'
import { decodeBase32, OtpKey, parseKeyUri } from 'keystep/otp'
import type { RawRow } from './fields.ts'

/** What is wrong with a row, before keystep sees it. */
export type RowFault =
  | 'no_user_id'
  | 'nothing_to_import'
  | 'malformed_key'
  | 'short_key'
  | 'malformed_parameter'
  | 'malformed_instant'
  | 'number_not_confirmed'

/** The calls that a row asks for. */
export interface ParsedRow {
  userId: string
  totp: TotpImportInput | null
  numbers: SmsImportInput[]
}

/** A row as calls to keystep, or what is wrong with it. */
export function parseRow(raw: RawRow, allowShortKeys: boolean): ParsedRow | RowFault {
  const { user_id: userId } = raw
  if (userId === undefined) return 'no_user_id'
  const totp = raw.key === undefined ? null : totpOf(userId, raw.key, raw, allowShortKeys)
  if (typeof totp === 'string') return totp
  const numbers = [
    numberOf(userId, raw.number, raw.number_confirmed_at, false),
    numberOf(userId, raw.backup_number, raw.backup_number_confirmed_at, true),
  ]
  const fault = numbers.find((number) => typeof number === 'string')
  if (fault) return fault
  const given = numbers.filter((number) => typeof number === 'object' && number !== null)
  return totp || given.length > 0 ? { userId, totp, numbers: given } : 'nothing_to_import'
}

function totpOf(
  userId: string,
  text: string,
  raw: RawRow,
  allowShortKeys: boolean,
): TotpImportInput | RowFault {
  const key = keyOf(text, raw.key_format)
  if (key === null || !isKey(key, true)) return 'malformed_key'
  if (!allowShortKeys && !isKey(key, false)) return 'short_key'
  const [digits, period] = [wholeOf(raw.digits ?? '6'), wholeOf(raw.period ?? '30')]
  const algorithm = (raw.algorithm ?? 'SHA1').toUpperCase().replace(/^(HMAC)?-?(SHA)-?/, '$2')
  if (
    !(digits === 6 || digits === 7 || digits === 8) ||
    period === null ||
    period < 1 ||
    period > 300
  )
    return 'malformed_parameter'
  if (!(algorithm === 'SHA1' || algorithm === 'SHA256' || algorithm === 'SHA512'))
    return 'malformed_parameter'
  const lastUsedStep = stepOf(raw, period)
  if (typeof lastUsedStep === 'string') return lastUsedStep
  return {
    userId,
    key,
    label: raw.label,
    algorithm,
    digits,
    periodSeconds: period,
    lastUsedStep,
    ...(allowShortKeys && { allowShortKey: true as const }),
  }
}

/**
 * Base32 and key URIs go on as they are: keystep reads them. A library that took its text as bytes
 * needs `utf8` here.
 */
function keyOf(text: string, format = 'base32'): string | Uint8Array | null {
  if (format === 'base32') return text
  if (format === 'utf8') return new TextEncoder().encode(text)
  if (format === 'hex')
    return /^([0-9a-f]{2})+$/i.test(text) ? Uint8Array.from(Buffer.from(text, 'hex')) : null
  if (format === 'base64')
    return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text)
      ? Uint8Array.from(Buffer.from(text, 'base64'))
      : null
  // The base32 text of the base32 text: what is left of a key that was encoded once too often.
  if (format === 'base32_twice') return unwrapped(text)
  return null
}

/** Keys below 16 bytes are taken where it was said so, and are weak (RFC 4226 R6). */
function isKey(key: string | Uint8Array, allowShort: boolean): boolean {
  const short = allowShort ? { allowShortKey: true as const } : {}
  // Spare bits at the end are dropped by import, too: the authenticator never saw them.
  const options = { ...short, allowSpareBits: true as const }
  try {
    if (typeof key !== 'string') return OtpKey.fromBytes(key, options).byteLength > 0
    if (!/:\/\/|otpauth:/i.test(key)) return OtpKey.fromBase32(key, options).byteLength > 0
    return parseKeyUri(key, options).type === 'totp'
  } catch {
    return false
  }
}

function unwrapped(text: string): string | null {
  try {
    return new TextDecoder().decode(decodeBase32(text))
  } catch {
    return null
  }
}

/** The step of the last accepted code, as the old system kept it or as its instant tells. */
function stepOf(
  { last_used_step: kept, last_used_at: at }: RawRow,
  period: number,
): number | null | RowFault {
  if (kept === undefined && at === undefined) return null
  const instant = at === undefined ? null : instantOf(at)
  if (kept === undefined && instant === null) return 'malformed_instant'
  const step = kept === undefined ? Math.floor(instant!.getTime() / 1000 / period) : wholeOf(kept)
  // A step to come (seconds in the wrong column, say) would refuse every code until then.
  return step === null || step > Date.now() / 1000 / period + 1 ? 'malformed_parameter' : step
}

function numberOf(
  userId: string,
  number: string | undefined,
  confirmed: string | undefined,
  backup: boolean,
): SmsImportInput | RowFault | null {
  if (number === undefined) return null
  if (confirmed === undefined) return 'number_not_confirmed'
  const confirmedAt = instantOf(confirmed)
  return confirmedAt === null || confirmedAt > new Date()
    ? 'malformed_instant'
    : { userId, number, confirmedAt, backup }
}

/**
 * An instant as ISO 8601 with its zone, or as seconds since 1970. A local time without a zone would
 * be a guess.
 */
function instantOf(text: string): Date | null {
  const seconds = /^\d{9,10}$/.test(text) ? Number(text) * 1000 : NaN
  const iso = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text)
    ? Date.parse(text.replace(' ', 'T'))
    : NaN
  const millis = Number.isNaN(seconds) ? iso : seconds
  return Number.isNaN(millis) ? null : new Date(millis)
}

function wholeOf(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}
