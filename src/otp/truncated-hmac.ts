import { type HmacMidstate, hmacOfCounter } from './hmac-midstate.ts'

/** Dynamic truncation of a counter's HMAC (RFC 4226 5.3, step 2): 31 bits from the byte that the last nibble names. */
export function truncatedHmac(midstate: HmacMidstate, counter: number): number {
  const words = hmacOfCounter(midstate, counter)
  const offset = words[words.length - 1]! & 0xf
  const index = offset >>> 2
  const shift = (offset & 3) * 8
  // A shift by 32 bits is none at all in this language, hence in two steps.
  return ((words[index]! << shift) | ((words[index + 1]! >>> 1) >>> (31 - shift))) & 0x7fff_ffff
}
