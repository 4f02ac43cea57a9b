import { inspect } from 'node:util'
import {
  generateHotp,
  generateTotp,
  OtpKey,
  totpStep,
  verifyHotp,
  verifyTotp,
  type VerifyTotpOptions,
} from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { KeystepError } from '../../src/errors.ts'
import { atStep, referenceHotp, RFC_KEY_BASE32, RFC_KEY_BYTES, thrownBy } from './reference.ts'

const key = OtpKey.fromBase32(RFC_KEY_BASE32)
const PROBE = 50_559_371
const RIGHT = '047164'
const at = atStep(PROBE)
const verify = (code: unknown, o: object = {}) =>
  verifyTotp(key, code as string, { at, lastUsedStep: null, ...o })
const hotp = (code: unknown, o: object = {}) => verifyHotp(key, code as string, { counter: PROBE, ...o })

// Peers hang for seconds here; the slack is for a busy machine.
const AT_ONCE_MS = 500

/** Throws KeystepError with this code, at once, and without the input in anything that a log would show. */
function refused(code: string, call: () => unknown, input?: unknown): void {
  const start = performance.now()
  const error = thrownBy(call)
  expect(performance.now() - start).toBeLessThan(AT_ONCE_MS)
  expect(error).toBeInstanceOf(KeystepError)
  expect((error as KeystepError).code).toBe(code)
  const shown = inspect(error, { depth: 9 }).split('\n    at ')[0]
  if (typeof input === 'string' && input.length > 3) expect(shown).not.toContain(input)
}

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

describe('windows', () => {
  const bad: [string, unknown][] = [
    ['-1', -1],
    ['NaN', NaN],
    ["'1'", '1'],
    ["'10'", '10'],
    ['Infinity', Infinity],
    ['1e6', 1e6],
    ['1e9', 1e9],
    ['11', 11],
    ['0.5', 0.5],
    ['null', null],
    ['undefined', undefined],
    ['1n', 1n],
    ['[1]', [1]],
    ['true', true],
  ]
  it.each(bad)('window of %s throws on either side', (_, steps) => {
    refused('ERR_OPTION', () => verify(RIGHT, { window: { past: steps, future: 1 } }), steps)
    refused('ERR_OPTION', () => verify(RIGHT, { window: { past: 1, future: steps } }), steps)
    if (steps !== undefined) refused('ERR_OPTION', () => verify(RIGHT, { window: steps }), steps)
    if (steps !== undefined && steps !== 11) refused('ERR_OPTION', () => hotp(RIGHT, { lookAhead: steps }), steps)
  })

  it('a window is no array, number or empty object', () => {
    for (const window of [[1, 1], {}, null, 'past', () => 1]) refused('ERR_OPTION', () => verify(RIGHT, { window }))
  })

  it('look-ahead ends at 100', () => {
    expect(hotp(RIGHT, { lookAhead: 100 })).not.toBeNull()
    refused('ERR_OPTION', () => hotp(RIGHT, { lookAhead: 101 }))
  })

  it.each([1, 2, 5, 40])('window 0 refuses the code of %i steps ago', (ago) => {
    expect(verify(referenceHotp(RFC_KEY_BYTES, PROBE - ago), { window: { past: 0, future: 0 } })).toBeNull()
  })

  it('drift, floor and period are integers in their range', () => {
    for (const drift of [-11, 11, 0.5, NaN, Infinity, '1', null, [1]]) {
      refused('ERR_OPTION', () => verify(RIGHT, { drift }), drift)
    }
    for (const lastUsedStep of [undefined, NaN, -1, 1.5, Infinity, 2 ** 53, '0', '', false, [0], {}, 0n, new Date()]) {
      refused('ERR_OPTION', () => verify(RIGHT, { lastUsedStep }), lastUsedStep)
    }
    for (const periodSeconds of [0, -30, 301, 0.5, NaN, Infinity, '30', null, [30], 30n]) {
      refused('ERR_OPTION', () => verify(RIGHT, { periodSeconds }), periodSeconds)
      refused('ERR_OPTION', () => generateTotp(key, { at, periodSeconds: periodSeconds as number }))
      refused('ERR_OPTION', () => totpStep({ at, periodSeconds: periodSeconds as number }))
    }
  })

  it('a forgotten lastUsedStep throws, even beside a code that is none', () => {
    refused('ERR_OPTION', () => verifyTotp(key, RIGHT, { at } as VerifyTotpOptions))
    refused('ERR_OPTION', () => verifyTotp(key, 'no code', { at } as VerifyTotpOptions))
  })
})

describe('instants and counters', () => {
  const bad: [string, unknown][] = [
    ['NaN date', new Date(NaN)],
    ['date before 1970', new Date(-1)],
    ['date far before 1970', new Date(-8.64e15)],
    ['date past the last one', new Date(8.64e15 + 1)],
    ['number', +at],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['ISO string', at.toISOString()],
    ['null', null],
    ['undefined', undefined],
    ['look-alike of a date', { getTime: () => +at, [Symbol.toStringTag]: 'Date' }],
    ['object made from the prototype of dates', Object.create(Date.prototype)],
  ]
  it.each(bad)('%s throws', (_, instant) => {
    const o = { at: instant as Date }
    refused('ERR_OPTION', () => generateTotp(key, o), instant)
    refused('ERR_OPTION', () => verify(RIGHT, o), instant)
    refused('ERR_OPTION', () => verify('no code', o), instant)
    refused('ERR_OPTION', () => totpStep(o), instant)
  })

  it('the first and the last instant of Date work', () => {
    for (const ms of [0, 8.64e15]) {
      const o = { at: new Date(ms), lastUsedStep: null }
      expect(verifyTotp(key, generateTotp(key, o), o)).toEqual({ step: Math.floor(ms / 30_000), drift: 0 })
    }
  })

  it.each([-1, 0.5, NaN, Infinity, -Infinity, 2 ** 53, '1', null, undefined, 1n, [1], {}])('counter %s throws', (counter) => {
    refused('ERR_OPTION', () => generateHotp(key, { counter: counter as number }), counter)
    refused('ERR_OPTION', () => hotp(RIGHT, { counter }), counter)
  })
})

describe('parameters', () => {
  it.each([0, -1, 5, 9, 10, 20, 99, 6.5, NaN, Infinity, '6', null, [6], 6n])('digits %s throws', (digits) => {
    const o = { digits: digits as 6 }
    refused('ERR_OPTION', () => generateHotp(key, { counter: 0, ...o }), digits)
    refused('ERR_OPTION', () => generateTotp(key, { at, ...o }), digits)
    refused('ERR_OPTION', () => verify(RIGHT, o), digits)
    refused('ERR_OPTION', () => verify('', o), digits)
    refused('ERR_OPTION', () => hotp(RIGHT, o), digits)
  })

  const algorithms = ['MD5', 'sha1', 'SHA-1', 'SHA384', '', 'constructor', '__proto__', null, 1, ['SHA1'], {}]
  it.each(algorithms)('algorithm %s throws', (algorithm) => {
    const o = { algorithm: algorithm as 'SHA1' }
    refused('ERR_OPTION', () => generateHotp(key, { counter: 0, ...o }), algorithm)
    refused('ERR_OPTION', () => generateTotp(key, { at, ...o }), algorithm)
    refused('ERR_OPTION', () => verify(RIGHT, o), algorithm)
    refused('ERR_OPTION', () => hotp(RIGHT, o), algorithm)
  })

  it.each([undefined, null, 0, 'at', true, Symbol('at')])('options %s throw', (o) => {
    refused('ERR_OPTION', () => generateHotp(key, o as never))
    refused('ERR_OPTION', () => generateTotp(key, o as never))
    refused('ERR_OPTION', () => verifyHotp(key, RIGHT, o as never))
    refused('ERR_OPTION', () => verifyTotp(key, RIGHT, o as never))
    refused('ERR_OPTION', () => totpStep(o as never))
  })
})

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
