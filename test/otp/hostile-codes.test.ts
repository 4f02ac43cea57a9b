import { OtpKey, verifyHotp, verifyTotp } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { atStep, referenceHotp, RFC_KEY_BASE32, RFC_KEY_BYTES } from './reference.ts'
import { AT_ONCE_MS } from './refused.ts'

const key = OtpKey.fromBase32(RFC_KEY_BASE32)
const PROBE = 50_559_371
const RIGHT = '047164'
const at = atStep(PROBE)
const verify = (code: unknown, o: object = {}) => verifyTotp(key, code as string, { at, lastUsedStep: null, ...o })
const hotp = (code: unknown, o: object = {}) => verifyHotp(key, code as string, { counter: PROBE, ...o })

describe('codes', () => {
  it('the probe step has the code of the table', () => {
    expect(referenceHotp(RFC_KEY_BYTES, PROBE)).toBe(RIGHT)
  })

  const accepted: [string, string][] = [
    ['right code', RIGHT],
    ["right code with spaces ' 0dd ddd'", ' 047 164'],
    ['right code, trailing newline', '047164\n'],
    ['right code, spaced out', ' 0 4 7 1 6 4 '],
    ['right code after a no-break space', '\u00a0047164'],
  ]
  it.each(accepted)('%s is accepted', (_, code) => {
    expect(verify(code)).toEqual({ step: PROBE, drift: 0 })
    expect(hotp(code)).toEqual({ counter: PROBE, nextCounter: PROBE + 1 })
  })

  const nullish: [string, unknown][] = [
    ['wrong code', '047165'],
    ['full-width digits of the right code', '０４７１６４'],
    ['Arabic-Indic digits of the right code', '٠٤٧١٦٤'],
    ['mathematical digits of the right code', '𝟎𝟒𝟕𝟏𝟔𝟒'],
    ['Number(right), leading 0 lost', 47164],
    ["right minus its 0 + 'x'", '47164x'],
    ["' ' + right minus its 0", ' 47164'],
    ["'+' + right minus its 0", '+47164'],
    ["'-' + right minus its 0", '-47164'],
    ['empty', ''],
    ['spaces', '      '],
    ['5 digits', '47164'],
    ['7 digits: right + 0', '0471640'],
    ['8 digits: 00 + right', '00047164'],
    ['exponent', '1e5'],
    ['exponent of 6 characters', '471e02'],
    ['hexadecimal', '0xb83c'],
    ['fraction', '047164.0'],
    ['dashes', '047-164'],
    ['null', null],
    ['undefined', undefined],
    ["['right']", [RIGHT]],
    ["['0', '4', '7', '1', '6', '4']", Array.from(RIGHT)],
    ['{ length: 6 }', { length: 6 }],
    ['an object that turns into the right code', { toString: () => RIGHT, valueOf: () => 47164, length: 6 }],
    ['String object', new String(RIGHT)],
    ['bytes', new TextEncoder().encode(RIGHT)],
    ['bigint', 47164n],
    ['NaN', NaN],
    ['true', true],
    ['symbol', Symbol(RIGHT)],
    ['function', () => RIGHT],
    ['right code and NUL', '047164\u0000'],
    ['NUL instead of a digit', '\u000047164'],
    ['zero-width space within', '047\u200b164'],
    ['right code twice', '047164047164'],
    ['right code in 10 MB of spaces', ' '.repeat(5_000_000) + RIGHT + ' '.repeat(5_000_000)],
    ['10 MB of digits', '0'.repeat(10_000_000)],
  ]
  it.each(nullish)('%s is null, never a throw', (_, code) => {
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
    expect(verifyTotp(key, Number(code) as never, { at: atStep(step), lastUsedStep: null })).toBeNull()
  })
})
