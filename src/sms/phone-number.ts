import type { SmsSettings } from '../record/sms-options.ts'

/**
 * A number in E.164: a plus sign and 7 to 15 digits; spaces, dashes, dots and parentheses are left
 * out. Null for anything else, `+49 (0)151 ...` among it: its zero is no digit of the number.
 */
export function parsePhoneNumber(number: unknown): string | null {
  if (typeof number !== 'string' || number.length > 40 || /\(\s*0/.test(number)) return null
  const bare = number.replace(/[\s().-]/g, '')
  return /^\+[1-9]\d{6,14}$/.test(bare) ? bare : null
}

export function isCountryAllowed({ countries }: SmsSettings, number: string): boolean {
  return countries.some((prefix) => number.startsWith(prefix))
}

/** What may be shown of a number before the second factor: its last four digits. */
export function hintOf(number: string): string {
  return `•••• ${number.slice(-4)}`
}
