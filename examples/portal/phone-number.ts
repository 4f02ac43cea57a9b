import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { COUNTRIES } from './sms.ts'

type Iso = (typeof COUNTRIES)[number]['iso']

/** A number as a form has it: a country, and what was typed. */
export interface TypedNumber {
  country: string
  number: string
}

/**
 * E.164, or null for what is no number of that country. What begins with a plus sign says its
 * country itself.
 */
export function e164Of({ country, number }: TypedNumber): string | null {
  if (!COUNTRIES.some(({ iso }) => iso === country)) return null
  const parsed = parsePhoneNumberFromString(number, country as Iso)
  return parsed?.isPossible() ? parsed.number : null
}

/** What a form shows for a number, such as one that the main account has proposed. */
export function typedNumberOf(e164: string): TypedNumber {
  const parsed = parsePhoneNumberFromString(e164)
  const callingCode = `+${parsed?.countryCallingCode}`
  const country = parsed?.country ?? COUNTRIES.find((one) => one.callingCode === callingCode)?.iso
  return { country: country ?? '', number: parsed?.formatNational() ?? e164 }
}
