import { generateHotp, generateTotp, OtpKey, verifyHotp, verifyTotp } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { atStep, referenceHotp, RFC_KEY_BASE32, RFC_KEY_BYTES } from './reference.ts'
import { refused } from './refused.ts'

const PROBE = 50_559_371
const RIGHT = '047164'
const at = atStep(PROBE)

describe('keys', () => {
  it.each([null, undefined, '', RFC_KEY_BASE32, RFC_KEY_BYTES, 20, {}, [], Symbol('key')])('%s is no OtpKey', (bad) => {
    refused('ERR_KEY', () => generateHotp(bad as OtpKey, { counter: 0 }), bad)
    refused('ERR_KEY', () => generateTotp(bad as OtpKey, { at }), bad)
    refused('ERR_KEY', () => verifyHotp(bad as OtpKey, RIGHT, { counter: 0 }), bad)
    refused('ERR_KEY', () => verifyTotp(bad as OtpKey, RIGHT, { at, lastUsedStep: null }), bad)
  })

  const same: [string, string][] = [
    ['lower case + spaces', 'gezd gnbv gy3t qojq gezd gnbv gy3t qojq'],
    ['lower case', RFC_KEY_BASE32.toLowerCase()],
    ['dashes', 'GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ'],
    ['line breaks', 'GEZDGNBVGY3TQOJQ\r\nGEZDGNBVGY3TQOJQ\n'],
  ]
  it.each(same)('%s is the obvious key', (_, text) => {
    expect(generateTotp(OtpKey.fromBase32(text), { at })).toBe(RIGHT)
  })

  it("16 bytes are one key, with or without '======'", () => {
    const text = 'GEZDGNBVGY3TQOJQGEZDGNBVGY'
    const expected = referenceHotp(RFC_KEY_BYTES.slice(0, 16), PROBE)
    for (const padding of ['', '======', '====']) expect(generateTotp(OtpKey.fromBase32(text + padding), { at })).toBe(expected)
  })

  it('70 bytes, longer than a block, are a key', () => {
    const bytes = Uint8Array.from({ length: 70 }, (_, i) => i)
    expect(generateTotp(OtpKey.fromBytes(bytes), { at })).toBe(referenceHotp(bytes, PROBE))
  })

  const bad: [string, unknown][] = [
    ['16 bytes, non-zero trailing bits', 'GEZDGNBVGY3TQOJQGEZDGNBVGZ'],
    ['impossible length (27 chars)', 'GEZDGNBVGY3TQOJQGEZDGNBVGYA'],
    ["10-byte 'JBSWY3DPEHPK3PXP' unless allowed", 'JBSWY3DPEHPK3PXP'],
    ["1 byte 'GE'", 'GE'],
    ["''", ''],
    ['spaces', '    '],
    ["'0189'", '0189'],
    ["'0189…' 32 chars", '0189'.repeat(8)],
    ['long s and dotless i', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOſı'],
    ['null', null],
    ['undefined', undefined],
    ['number', 234567],
    ['array', [RFC_KEY_BASE32]],
    ['bytes', RFC_KEY_BYTES],
    ['object that turns into base32', { toString: () => RFC_KEY_BASE32 }],
    ['10 MB of A', 'A'.repeat(10_000_000)],
    ['10 MB of =', '='.repeat(10_000_000)],
    ['10 MB of spaces and a key', ' '.repeat(10_000_000) + RFC_KEY_BASE32],
    ['1 MB of = and A', `${'='.repeat(1_000_000)}A`],
  ]
  it.each(bad)('%s throws', (_, text) => {
    refused('ERR_KEY', () => OtpKey.fromBase32(text as string), text)
  })

  it('10 MB of bytes throw', () => {
    refused('ERR_KEY', () => OtpKey.fromBytes(new Uint8Array(10_000_000)))
  })
})
