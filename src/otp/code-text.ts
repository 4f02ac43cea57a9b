import { bareText } from '../text/bare-text.ts'
import type { OtpDigits } from './otp-params.ts'

const MAX_CODE_CHARACTERS = 64
const ASCII_DIGITS = /^[0-9]+$/

/**
 * What a user typed, as exactly `digits` ASCII digits once the noise around and within it is
 * dropped and digits of other scripts are read by their value; or null. Numbers, arrays, signs and
 * exponents are null, never a throw (V7). So is any text over 64 characters, unread.
 */
export function parseCode(typed: unknown, digits: OtpDigits): string | null {
  if (typeof typed !== 'string' || typed.length > MAX_CODE_CHARACTERS) return null
  // Nothing in ASCII digits is noise, so that what is already a code needs no reading.
  if (ASCII_DIGITS.test(typed)) return typed.length === digits ? typed : null
  const code = bareText(typed)
  return code.length === digits && ASCII_DIGITS.test(code) ? code : null
}
