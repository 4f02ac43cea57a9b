import { type HmacKey, hmacOfCounter } from '../crypto/hmac.ts'
import type { OtpDigits } from './otp-params.ts'

/** 10^digits (RFC 4226 5.3, step 3), written out because `**` makes it a float, whose remainder costs a tenth of a code. */
export const MODULUS: { readonly [D in OtpDigits]: number } = {
  6: 1_000_000,
  7: 10_000_000,
  8: 100_000_000,
}

/**
 * Dynamic truncation of a counter's HMAC (RFC 4226 5.3, step 2): 31 bits from the byte that the
 * last nibble names.
 */
export function truncatedHmac(key: HmacKey, counter: number): number {
  const words = hmacOfCounter(key, counter)
  const offset = words[words.length - 1]! & 0xf
  const index = offset >>> 2
  const shift = (offset & 3) * 8
  // A shift by 32 bits is none at all in this language, hence in two steps.
  return ((words[index]! << shift) | ((words[index + 1]! >>> 1) >>> (31 - shift))) & 0x7fff_ffff
}
