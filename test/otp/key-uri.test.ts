import { inspect } from 'node:util'
import fc from 'fast-check'
import { buildKeyUri, type BuildKeyUriOptions, OtpKey, parseKeyUri } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/crypto/secret.ts'
import { ALGORITHMS, RFC_KEY_BASE32, RFC_KEY_BYTES } from './reference.ts'
import { refused as refusedWith } from './refused.ts'

const S = RFC_KEY_BASE32
const LONG = 'x'.repeat(3000)
const key = OtpKey.fromBytes(RFC_KEY_BYTES)
const build = (o: Partial<BuildKeyUriOptions> = {}) =>
  buildKeyUri({ key, issuer: 'ACME', account: 'bob', ...o }).reveal()
const defaults = { algorithm: 'SHA1', digits: 6, periodSeconds: 30, counter: null, image: null }
const refused: typeof refusedWith = (code, call, ...inputs) => refusedWith(code, call, S, ...inputs)

describe('buildKeyUri', () => {
  it('Key URI: issuer in label and parameter, defaults left out, so that every app takes it', () => {
    expect(build()).toBe(`otpauth://totp/ACME:bob?secret=${S}&issuer=ACME`)
    expect(build({ type: 'totp', algorithm: 'SHA1', digits: 6, periodSeconds: 30 })).toBe(build())
  })

  it('Key URI: a space is %20, never a plus; nothing raw but ASCII', () => {
    const uri = build({ issuer: 'ACME Co', account: 'bob smith+x@e.com' })
    expect(uri).toBe(
      `otpauth://totp/ACME%20Co:bob%20smith%2Bx%40e.com?secret=${S}&issuer=ACME%20Co`,
    )
    const unicode = build({ issuer: 'Ä&B #1 100%', account: 'é?/🔑' })
    expect(unicode).toMatch(/^[!-~]+$/)
    const label = '%C3%84%26B%20%231%20100%25'
    expect(unicode).toBe(
      `otpauth://totp/${label}:%C3%A9%3F%2F%F0%9F%94%91?secret=${S}&issuer=${label}`,
    )
  })

  it('says what is not default', () => {
    const image = 'https://acme.example/logo.png?a=1&b=2'
    expect(build({ algorithm: 'SHA256', digits: 8, periodSeconds: 60, image })).toBe(
      `otpauth://totp/ACME:bob?secret=${S}&issuer=ACME&algorithm=SHA256&digits=8&period=60&image=${encodeURIComponent(image)}`,
    )
    expect(build({ type: 'hotp' })).toBe(
      `otpauth://hotp/ACME:bob?secret=${S}&issuer=ACME&counter=0`,
    )
    expect(build({ type: 'hotp', counter: 2 ** 40, digits: 7 })).toBe(
      `otpauth://hotp/ACME:bob?secret=${S}&issuer=ACME&digits=7&counter=1099511627776`,
    )
  })

  it('returns a Secret, because it holds the key', () => {
    const uri = buildKeyUri({ key, issuer: 'ACME', account: 'bob' })
    expect(uri).toBeInstanceOf(Secret)
    expect(
      `${String(uri)} ${JSON.stringify(uri)} ${inspect(uri, { showHidden: true })}`,
    ).not.toContain(S)
  })

  const text: [string, unknown][] = [
    ['empty', ''],
    ['with a colon', 'A:B'],
    ['a colon', ':'],
    ['with a line break', 'A\nB'],
    ['with NUL', 'A\u0000B'],
    ['with DEL', 'A\u007fB'],
    ['with a C1 control', 'A\u0085B'],
    ['with a lone high surrogate', 'A\ud800'],
    ['with a lone low surrogate', '\udc00A'],
    ['2,329 characters long', 'x'.repeat(2329)],
    ['white space alone', ' \u00a0'],
    ['too long once encoded', '🔑'.repeat(200)],
    ['10 MB long', 'x'.repeat(10_000_000)],
  ]
  it.each(text)('refuses an issuer or account that is %s', (_, value) => {
    refused('ERR_KEY_URI', () => build({ issuer: value as string }), value)
    refused('ERR_KEY_URI', () => build({ account: value as string }), value)
  })

  it.each([null, undefined, 7, ['ACME'], {}, new String('ACME')])(
    'refuses %s as issuer, account or image',
    (value) => {
      refused('ERR_OPTION', () => build({ issuer: value as string }))
      refused('ERR_OPTION', () => build({ account: value as string }))
      if (value !== undefined) refused('ERR_OPTION', () => build({ image: value as string }))
    },
  )

  it('refuses an image that is no https: address', () => {
    const script = ['javascript', 'alert(1)'].join(':')
    const data = 'data:image/png;base64,'
    for (const image of [
      '',
      'http://acme.example/x.png',
      script,
      data,
      ' https://x',
      'https://x\n',
      `https://${LONG}`,
    ]) {
      refused('ERR_KEY_URI', () => build({ image }), image)
    }
  })

  it('refuses a bad key and bad options', () => {
    refused('ERR_KEY', () => build({ key: S as never }))
    refused('ERR_OPTION', () => buildKeyUri(null as never))
    const bad = (o: object) => refused('ERR_OPTION', () => build(o))
    for (const type of ['TOTP', 'steam', '', null, 1]) bad({ type })
    for (const digits of [9, 5, '6', null]) bad({ digits })
    for (const algorithm of ['SHA-1', 'MD5', null]) bad({ algorithm })
    for (const periodSeconds of [0, 301, 1.5, '30', null]) bad({ periodSeconds })
    for (const counter of [-1, 0.5, '0', 2 ** 53, null]) bad({ type: 'hotp', counter })
  })

  it('refuses what belongs to the other type', () => {
    for (const o of [
      { counter: 0 },
      { type: 'totp', counter: 1 },
      { type: 'hotp', periodSeconds: 30 },
    ]) {
      refused('ERR_OPTION', () => build(o as Partial<BuildKeyUriOptions>))
    }
  })
})

describe('round trip', () => {
  const ascii = [
    ' ',
    '&',
    '#',
    '%',
    '+',
    '/',
    '?',
    '=',
    '@',
    '%3A',
    '%20',
    '%zz',
    '"',
    '<',
    "'",
    '\\',
  ]
  const awkward = fc.constantFrom(
    ...ascii,
    'Ä',
    'é',
    '日本',
    '🔑',
    '👩\u200d👧',
    '\u202e',
    'e\u0301',
    '\u00a0',
  )
  const part = fc
    .array(fc.oneof(awkward, fc.string({ unit: 'grapheme', maxLength: 4 })), {
      minLength: 1,
      maxLength: 6,
    })
    .map((pieces) => pieces.join(''))
    .filter((text) => text.trim() !== '' && !/[:\p{Cc}\p{Cs}]/u.test(text))

  it('Key URI: any issuer and account comes back as it was, but for white space around it', () => {
    fc.assert(
      fc.property(part, part, (issuer, account) => {
        const uri = build({ issuer, account })
        expect(uri).toMatch(/^[!-~]+$/)
        const { key: read, ...rest } = parseKeyUri(uri)
        const said = { issuer: issuer.trim(), account: account.trim() }
        expect(rest).toEqual({ type: 'totp', ...defaults, ...said })
        expect(read.revealBase32()).toBe(S)
      }),
      { numRuns: 3000 },
    )
  })

  it('every other parameter comes back as it was, as Secret or string', () => {
    const common = {
      bytes: fc.uint8Array({ minLength: 16, maxLength: 64 }),
      algorithm: fc.constantFrom(...ALGORITHMS),
      digits: fc.constantFrom(6 as const, 7 as const, 8 as const),
      image: fc.option(fc.webUrl({ validSchemes: ['https'] }), { nil: undefined }),
      period: fc.integer({ min: 1, max: 300 }),
      counter: fc.maxSafeNat(),
      hotp: fc.boolean(),
    }
    fc.assert(
      fc.property(
        fc.record(common),
        ({ bytes, algorithm, digits, image, period, counter, hotp }) => {
          const own = OtpKey.fromBytes(bytes)
          const o = { key: own, issuer: 'ACME', account: 'bob', algorithm, digits, image }
          const uri = buildKeyUri(
            hotp ? { ...o, type: 'hotp', counter } : { ...o, periodSeconds: period },
          )
          const type = hotp ? 'hotp' : 'totp'
          const moving = {
            type,
            periodSeconds: hotp ? null : period,
            counter: hotp ? counter : null,
          }
          const said = {
            issuer: 'ACME',
            account: 'bob',
            algorithm,
            digits,
            image: image ?? null,
            ...moving,
          }
          expect(parseKeyUri(uri)).toMatchObject(said)
          expect(parseKeyUri(uri.reveal())).toMatchObject(said)
          expect(parseKeyUri(uri).key.revealBytes()).toEqual(bytes)
        },
      ),
      { numRuns: 500 },
    )
  })
})
