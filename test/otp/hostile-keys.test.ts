import { generateHotp, generateTotp, OtpKey, verifyHotp, verifyTotp } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import {
  KEYS_REFUSED,
  KEYS_TAKEN,
  PROBE_STEP as PROBE,
  RIGHT_CODE as RIGHT,
} from './hostile-input.ts'
import { atStep, referenceHotp, RFC_KEY_BASE32, RFC_KEY_BYTES } from './reference.ts'
import { refused } from './refused.ts'

const at = atStep(PROBE)

describe('keys', () => {
  it.each([null, undefined, '', RFC_KEY_BASE32, RFC_KEY_BYTES, 20, {}, [], Symbol('key')])(
    '%s is no OtpKey',
    (bad) => {
      refused('ERR_KEY', () => generateHotp(bad as OtpKey, { counter: 0 }), bad)
      refused('ERR_KEY', () => generateTotp(bad as OtpKey, { at }), bad)
      refused('ERR_KEY', () => verifyHotp(bad as OtpKey, RIGHT, { counter: 0 }), bad)
      refused('ERR_KEY', () => verifyTotp(bad as OtpKey, RIGHT, { at, lastUsedStep: null }), bad)
    },
  )

  it.each(KEYS_TAKEN)('%s is the obvious key', (_, text) => {
    expect(generateTotp(OtpKey.fromBase32(text), { at })).toBe(RIGHT)
  })

  it("16 bytes are one key, with or without '======'", () => {
    const text = 'GEZDGNBVGY3TQOJQGEZDGNBVGY'
    const expected = referenceHotp(RFC_KEY_BYTES.slice(0, 16), PROBE)
    for (const padding of ['', '======', '===='])
      expect(generateTotp(OtpKey.fromBase32(text + padding), { at })).toBe(expected)
  })

  it('70 bytes, longer than a block, are a key', () => {
    const bytes = Uint8Array.from({ length: 70 }, (_, i) => i)
    expect(generateTotp(OtpKey.fromBytes(bytes), { at })).toBe(referenceHotp(bytes, PROBE))
  })

  it.each(KEYS_REFUSED)('%s throws', (_, text) => {
    refused('ERR_KEY', () => OtpKey.fromBase32(text as string), text)
  })

  it('10 MB of bytes throw', () => {
    refused('ERR_KEY', () => OtpKey.fromBytes(new Uint8Array(10_000_000)))
  })
})
