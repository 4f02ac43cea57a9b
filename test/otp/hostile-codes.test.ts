import { OtpKey, verifyHotp, verifyTotp } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import {
  CODES_REFUSED,
  CODES_TAKEN,
  PROBE_STEP as PROBE,
  RIGHT_CODE as RIGHT,
} from './hostile-input.ts'
import { atStep, referenceHotp, RFC_KEY_BASE32, RFC_KEY_BYTES } from './reference.ts'
import { AT_ONCE_MS } from './refused.ts'

const key = OtpKey.fromBase32(RFC_KEY_BASE32)
const at = atStep(PROBE)
const verify = (code: unknown, o: object = {}) =>
  verifyTotp(key, code as string, { at, lastUsedStep: null, ...o })
const hotp = (code: unknown, o: object = {}) =>
  verifyHotp(key, code as string, { counter: PROBE, ...o })

describe('codes', () => {
  it('the probe step has the code of the table', () => {
    expect(referenceHotp(RFC_KEY_BYTES, PROBE)).toBe(RIGHT)
  })

  it.each(CODES_TAKEN)('%s is accepted', (_, code) => {
    expect(verify(code)).toEqual({ step: PROBE, drift: 0 })
    expect(hotp(code)).toEqual({ counter: PROBE, nextCounter: PROBE + 1 })
  })

  it.each(CODES_REFUSED)('%s is null, never a throw', (_, code) => {
    const start = performance.now()
    expect(verify(code)).toBeNull()
    expect(hotp(code)).toBeNull()
    expect(performance.now() - start).toBeLessThan(AT_ONCE_MS)
  })

  it('a number without leading zero is no code either', () => {
    const step = 37_037_039
    const code = referenceHotp(RFC_KEY_BYTES, step)
    expect(code[0]).not.toBe('0')
    expect(verifyTotp(key, code, { at: atStep(step), lastUsedStep: null })).not.toBeNull()
    expect(
      verifyTotp(key, Number(code) as never, { at: atStep(step), lastUsedStep: null }),
    ).toBeNull()
  })
})
