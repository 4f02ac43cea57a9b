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
import { atStep, referenceHotp, RFC_KEY_BASE32, RFC_KEY_BYTES } from './reference.ts'
import { refused } from './refused.ts'

const key = OtpKey.fromBase32(RFC_KEY_BASE32)
const PROBE = 50_559_371
const RIGHT = '047164'
const at = atStep(PROBE)
const verify = (code: unknown, o: object = {}) =>
  verifyTotp(key, code as string, { at, lastUsedStep: null, ...o })
const hotp = (code: unknown, o: object = {}) =>
  verifyHotp(key, code as string, { counter: PROBE, ...o })

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
    if (steps !== undefined && steps !== 11)
      refused('ERR_OPTION', () => hotp(RIGHT, { lookAhead: steps }), steps)
  })

  it('a window is no array, number or empty object', () => {
    for (const window of [[1, 1], {}, null, 'past', () => 1])
      refused('ERR_OPTION', () => verify(RIGHT, { window }))
  })

  it('look-ahead ends at 100', () => {
    expect(hotp(RIGHT, { lookAhead: 100 })).not.toBeNull()
    refused('ERR_OPTION', () => hotp(RIGHT, { lookAhead: 101 }))
  })

  it.each([1, 2, 5, 40])('window 0 refuses the code of %i steps ago', (ago) => {
    expect(
      verify(referenceHotp(RFC_KEY_BYTES, PROBE - ago), { window: { past: 0, future: 0 } }),
    ).toBeNull()
  })

  it('drift, floor and period are integers in their range', () => {
    for (const drift of [-11, 11, 0.5, NaN, Infinity, '1', null, [1]]) {
      refused('ERR_OPTION', () => verify(RIGHT, { drift }), drift)
    }
    for (const lastUsedStep of [
      undefined,
      NaN,
      -1,
      1.5,
      Infinity,
      2 ** 53,
      '0',
      '',
      false,
      [0],
      {},
      0n,
      new Date(),
    ]) {
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
      expect(verifyTotp(key, generateTotp(key, o), o)).toEqual({
        step: Math.floor(ms / 30_000),
        drift: 0,
      })
    }
  })

  it.each([-1, 0.5, NaN, Infinity, -Infinity, 2 ** 53, '1', null, undefined, 1n, [1], {}])(
    'counter %s throws',
    (counter) => {
      refused('ERR_OPTION', () => generateHotp(key, { counter: counter as number }), counter)
      refused('ERR_OPTION', () => hotp(RIGHT, { counter }), counter)
    },
  )
})

describe('parameters', () => {
  it.each([0, -1, 5, 9, 10, 20, 99, 6.5, NaN, Infinity, '6', null, [6], 6n])(
    'digits %s throws',
    (digits) => {
      const o = { digits: digits as 6 }
      refused('ERR_OPTION', () => generateHotp(key, { counter: 0, ...o }), digits)
      refused('ERR_OPTION', () => generateTotp(key, { at, ...o }), digits)
      refused('ERR_OPTION', () => verify(RIGHT, o), digits)
      refused('ERR_OPTION', () => verify('', o), digits)
      refused('ERR_OPTION', () => hotp(RIGHT, o), digits)
    },
  )

  const algorithms = [
    'MD5',
    'sha1',
    'SHA-1',
    'SHA384',
    '',
    'constructor',
    '__proto__',
    null,
    1,
    ['SHA1'],
    {},
  ]
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
