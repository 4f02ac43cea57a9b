import type { SmsSettings } from '../record/sms-options.ts'
import { bareText } from '../text/bare-text.ts'

/** In HTTP bodies, too; a number that a contacts app wrapped in invisible marks fits in. */
const MAX_CHARACTERS = 64
const E164 = /^\+[1-9][0-9]{6,14}$/
/** The calling codes of one and of two digits (ITU-T E.164); all others have three. */
const CALLING_CODE = /^\+(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})/
/** Where a national number may begin with 0, which is dialed from abroad, too. */
const KEEPS_ZERO = ['+39', '+225', '+226', '+229', '+241', '+242', '+250', '+378', '+992']

/**
 * A number in E.164: a plus sign and 7 to 15 digits. Noise, dots, slashes and brackets are left
 * out, digits of every script read by their value. Null for anything else. Nothing else is
 * rewritten: a 0 after the calling code, as in `+49 (0)151` or `+490151`, is refused, but where
 * numbers keep it, as in Italy.
 */
export function parsePhoneNumber(number: unknown): string | null {
  if (typeof number !== 'string' || number.length > MAX_CHARACTERS) return null
  const written = bareText(number)
  const bare = written.replace(/[\p{Ps}\p{Pe}./\u00b7\u2022\u2024\u2027\u2044\u2215\u30fb]/gu, '')
  if (!E164.test(bare)) return null
  const code = CALLING_CODE.exec(bare)![0]
  // In brackets a 0 is dialed within the country alone, wherever it stands.
  const hasTrunkZero = bare[code.length] === '0' || /\p{Ps}0/u.test(written)
  return hasTrunkZero && !KEEPS_ZERO.includes(code) ? null : bare
}

/**
 * One text for all spellings of a number that reach one phone, for a budget and nothing else:
 * without zeros after the calling code, and without the mobile digit that Mexico (`+52 1`) and
 * Argentina (`+54 9`) have or had. Two numbers of one such text share a budget, and that is all.
 */
export function budgetNumberOf(number: string): string {
  const code = CALLING_CODE.exec(number)?.[0] ?? ''
  const national = number.slice(code.length).replace(/^0+/, '')
  const mobile = code === '+52' ? /^1(?=[0-9]{10}$)/ : code === '+54' ? /^9(?=[0-9]{10}$)/ : /^$/
  return code + national.replace(mobile, '')
}

export function isCountryAllowed({ countries }: SmsSettings, number: string): boolean {
  return countries.some((prefix) => number.startsWith(prefix))
}

/** What may be shown of a number before the second factor: its last four digits. */
export function hintOf(number: string): string {
  return `•••• ${number.slice(-4)}`
}
