import type { ChainingValue } from './compression.ts'
import { type HmacMidstate, hmacOfCounter } from './hmac-midstate.ts'
import type { OtpDigits } from './otp-params.ts'

const MODULUS: { readonly [D in OtpDigits]: number } = { 6: 1_000_000, 7: 10_000_000, 8: 100_000_000 }

/** The HOTP value of a counter as a number (RFC 4226 5.3, step 3). */
export function otpValue(midstate: HmacMidstate, counter: number, digits: OtpDigits): number {
  return truncate(hmacOfCounter(midstate, counter)) % MODULUS[digits]
}

/** Dynamic truncation (RFC 4226 5.3, step 2): 31 bits from the byte that the last nibble names. */
function truncate(hmac: ChainingValue): number {
  const offset = hmac[hmac.length - 1]! & 0xf
  const word = offset >>> 2
  const shift = (offset & 3) * 8
  // A shift by 32 bits is none at all in this language, hence in two steps.
  return ((hmac[word]! << shift) | ((hmac[word + 1]! >>> 1) >>> (31 - shift))) & 0x7fff_ffff
}
