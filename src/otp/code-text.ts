import type { OtpDigits } from './otp-params.ts'

const MAX_CODE_CHARACTERS = 64

/**
 * What a user typed, as exactly `digits` ASCII digits once white space in and around is dropped, or
 * null. Numbers, arrays, other scripts' digits, signs and exponents are null, never a throw (V7).
 * So is any text over 64 characters, unread.
 */
export function parseCode(typed: unknown, digits: OtpDigits): string | null {
  if (typeof typed !== 'string' || typed.length > MAX_CODE_CHARACTERS) return null
  const code = typed.length === digits ? typed : typed.replace(/\s+/g, '')
  return code.length === digits && /^[0-9]+$/.test(code) ? code : null
}
