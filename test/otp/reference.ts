import { createHmac } from 'node:crypto'
import type { OtpAlgorithm } from 'keystep/otp'

export const ALGORITHMS = ['SHA1', 'SHA256', 'SHA512'] as const

/** HOTP of RFC 4226 5.3 on node:crypto, with nothing of keystep in it. */
export function referenceHotp(
  key: Uint8Array,
  counter: number,
  algorithm: OtpAlgorithm = 'SHA1',
  digits = 6,
): string {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const mac = createHmac(algorithm, key).update(message).digest()
  const offset = mac[mac.length - 1]! & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0')
}

/** The key of the RFCs' appendices and of FIELD's hostile table. */
export const RFC_KEY_BYTES = new TextEncoder().encode('12345678901234567890')
export const RFC_KEY_BASE32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

/** The instant at the start of a time step. */
export function atStep(step: number, periodSeconds = 30): Date {
  return new Date(step * periodSeconds * 1000)
}

/** The first step from `from` on whose code fits, by the reference. */
export function findStep(fits: (code: string, step: number) => boolean, from = 1): number {
  for (let step = from; step < from + 10_000_000; step++)
    if (fits(referenceHotp(RFC_KEY_BYTES, step), step)) return step
  throw new Error('no such step')
}

/**
 * Two steps, two apart, in which the RFC key shows the same six digits: found by search, checked
 * where used.
 */
export const TWIN_STEPS = [153_567, 153_569] as const

/** What a call throws, or fails the test. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
