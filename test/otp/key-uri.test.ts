import { inspect } from 'node:util'
import fc from 'fast-check'
import { buildKeyUri, type BuildKeyUriOptions, OtpKey, parseKeyUri } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/crypto/secret.ts'
import { KeystepError } from '../../src/errors.ts'
import { ALGORITHMS, RFC_KEY_BASE32, RFC_KEY_BYTES, thrownBy } from './reference.ts'

const S = RFC_KEY_BASE32
const LONG = 'x'.repeat(3000)
const at = (said: string) => `otpauth://totp/bob?secret=${S}&${said}`
const key = OtpKey.fromBytes(RFC_KEY_BYTES)
const build = (o: Partial<BuildKeyUriOptions> = {}) => buildKeyUri({ key, issuer: 'ACME', account: 'bob', ...o }).reveal()
// Peers take 95 ms to 5 s here; the slack is for a busy machine.
const AT_ONCE_MS = 500
const defaults = { algorithm: 'SHA1', digits: 6, periodSeconds: 30, counter: null, image: null }

function refused(code: string, call: () => unknown, ...inputs: unknown[]): void {
  const start = performance.now()
  const error = thrownBy(call)
  expect(performance.now() - start).toBeLessThan(AT_ONCE_MS)
  expect(error).toBeInstanceOf(KeystepError)
  expect((error as KeystepError).code).toBe(code)
  const shown = inspect(error, { depth: 9 })
  for (const input of [S, ...inputs]) if (typeof input === 'string' && input.length > 3) expect(shown).not.toContain(input)
}

/** What a parsed URI says, with the key spelled out. */
function parsed(uri: string, options?: { allowShortKey: true }): object {
  const { key: read, ...rest } = parseKeyUri(uri, options)
  return { ...rest, secret: read.revealBase32() }
}

describe('buildKeyUri', () => {
  it('Key URI: issuer in label and parameter, defaults left out, so that every app takes it', () => {
    expect(build()).toBe(`otpauth://totp/ACME:bob?secret=${S}&issuer=ACME`)
    expect(build({ type: 'totp', algorithm: 'SHA1', digits: 6, periodSeconds: 30 })).toBe(build())
  })

  it('Key URI: a space is %20, never a plus; nothing raw but ASCII', () => {
    const uri = build({ issuer: 'ACME Co', account: 'bob smith+x@e.com' })
    expect(uri).toBe(`otpauth://totp/ACME%20Co:bob%20smith%2Bx%40e.com?secret=${S}&issuer=ACME%20Co`)
    const unicode = build({ issuer: 'Ä&B #1 100%', account: 'é?/🔑' })
    expect(unicode).toMatch(/^[!-~]+$/)
    const label = '%C3%84%26B%20%231%20100%25'
    expect(unicode).toBe(`otpauth://totp/${label}:%C3%A9%3F%2F%F0%9F%94%91?secret=${S}&issuer=${label}`)
  })

  it('says what is not default', () => {
    const image = 'https://acme.example/logo.png?a=1&b=2'
    expect(build({ algorithm: 'SHA256', digits: 8, periodSeconds: 60, image })).toBe(
      `otpauth://totp/ACME:bob?secret=${S}&issuer=ACME&algorithm=SHA256&digits=8&period=60&image=${encodeURIComponent(image)}`,
    )
    expect(build({ type: 'hotp' })).toBe(`otpauth://hotp/ACME:bob?secret=${S}&issuer=ACME&counter=0`)
    expect(build({ type: 'hotp', counter: 2 ** 40, digits: 7 })).toBe(
      `otpauth://hotp/ACME:bob?secret=${S}&issuer=ACME&digits=7&counter=1099511627776`,
    )
  })

  it('returns a Secret, because it holds the key', () => {
    const uri = buildKeyUri({ key, issuer: 'ACME', account: 'bob' })
    expect(uri).toBeInstanceOf(Secret)
    expect(`${String(uri)} ${JSON.stringify(uri)} ${inspect(uri, { showHidden: true })}`).not.toContain(S)
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
    ['2,049 characters long', 'x'.repeat(2049)],
    ['too long once encoded', '🔑'.repeat(200)],
    ['10 MB long', 'x'.repeat(10_000_000)],
  ]
  it.each(text)('refuses an issuer or account that is %s', (_, value) => {
    refused('ERR_KEY_URI', () => build({ issuer: value as string }), value)
    refused('ERR_KEY_URI', () => build({ account: value as string }), value)
  })

  it.each([null, undefined, 7, ['ACME'], {}, new String('ACME')])('refuses %s as issuer, account or image', (value) => {
    refused('ERR_OPTION', () => build({ issuer: value as string }))
    refused('ERR_OPTION', () => build({ account: value as string }))
    if (value !== undefined) refused('ERR_OPTION', () => build({ image: value as string }))
  })

  it('refuses an image that is no https: address', () => {
    const script = ['javascript', 'alert(1)'].join(':')
    const data = 'data:image/png;base64,'
    for (const image of ['', 'http://acme.example/x.png', script, data, ' https://x', 'https://x\n', `https://${LONG}`]) {
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
    for (const o of [{ counter: 0 }, { type: 'totp', counter: 1 }, { type: 'hotp', periodSeconds: 30 }]) {
      refused('ERR_OPTION', () => build(o as Partial<BuildKeyUriOptions>))
    }
  })
})

describe('round trip', () => {
  const ascii = [' ', '&', '#', '%', '+', '/', '?', '=', '@', '%3A', '%20', '%zz', '"', '<', "'", '\\']
  const awkward = fc.constantFrom(...ascii, 'Ä', 'é', '日本', '🔑', '👩\u200d👧', '\u202e', 'e\u0301', '\u00a0')
  const part = fc
    .array(fc.oneof(awkward, fc.string({ unit: 'grapheme', maxLength: 4 })), { minLength: 1, maxLength: 6 })
    .map((pieces) => pieces.join(''))
    .filter((text) => text !== '' && !/[:\p{Cc}\p{Cs}]/u.test(text))

  it('Key URI: any issuer and account, also with spaces around, comes back as it was', () => {
    fc.assert(
      fc.property(part, part, (issuer, account) => {
        const uri = build({ issuer, account })
        expect(uri).toMatch(/^[!-~]+$/)
        expect(parsed(uri)).toEqual({ type: 'totp', ...defaults, issuer, account, secret: S })
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
      fc.property(fc.record(common), ({ bytes, algorithm, digits, image, period, counter, hotp }) => {
        const own = OtpKey.fromBytes(bytes)
        const o = { key: own, issuer: 'ACME', account: 'bob', algorithm, digits, image }
        const uri = buildKeyUri(hotp ? { ...o, type: 'hotp', counter } : { ...o, periodSeconds: period })
        const type = hotp ? 'hotp' : 'totp'
        const moving = { type, periodSeconds: hotp ? null : period, counter: hotp ? counter : null }
        const said = { issuer: 'ACME', account: 'bob', algorithm, digits, image: image ?? null, ...moving }
        expect(parseKeyUri(uri)).toMatchObject(said)
        expect(parseKeyUri(uri.reveal())).toMatchObject(said)
        expect(parseKeyUri(uri).key.revealBytes()).toEqual(bytes)
      }),
      { numRuns: 500 },
    )
  })
})

describe('parseKeyUri', () => {
  const SPACED = S.toLowerCase().replace(/(.{4})/g, '$1%20')
  const BIG = 'Big%20Corporation%3A%20alice%40bigco.com'
  const ALICE = { issuer: 'Big Corporation', account: 'alice@bigco.com' }
  const other = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
  const read: [string, string, object][] = [
    ['plain', `otpauth://totp/ACME:bob?secret=${S}&issuer=ACME`, { issuer: 'ACME', account: 'bob' }],
    ['issuer with raw colon', `otpauth://totp/A:B:bob?secret=${S}&issuer=A:B`, { issuer: 'A:B', account: 'bob' }],
    ['issuer with %3A', `otpauth://totp/A%3AB:bob?secret=${S}&issuer=A%3AB`, { issuer: 'A:B', account: 'bob' }],
    ['separator is %3A', `otpauth://totp/ACME%3Abob?secret=${S}`, { issuer: 'ACME', account: 'bob' }],
    ['separator is %3a', `otpauth://totp/ACME%3abob?secret=${S}&issuer=ACME`, { issuer: 'ACME', account: 'bob' }],
    ['Key URI example: %3A%20', `otpauth://totp/${BIG}?secret=${S}`, ALICE],
    ['the same with issuer', `otpauth://totp/${BIG}?secret=${S}&issuer=Big%20Corporation`, ALICE],
    ['a space after a raw colon, no issuer', `otpauth://totp/ACME:%20bob?secret=${S}`, { issuer: 'ACME', account: 'bob' }],
    ['label issuer and parameter differ', `otpauth://totp/A:bob?secret=${S}&issuer=Microsoft`, { issuer: 'Microsoft', account: 'bob' }],
    ['no issuer in the label', at('issuer=ACME'), { issuer: 'ACME', account: 'bob' }],
    ['no issuer at all', `otpauth://totp/bob?secret=${S}`, { issuer: null, account: 'bob' }],
    ['empty issuers', `otpauth://totp/:bob?secret=${S}&issuer=&image=`, { issuer: null, account: 'bob' }],
    ['colon in the account', `otpauth://totp/ACME:sip:bob?secret=${S}&issuer=ACME`, { issuer: 'ACME', account: 'sip:bob' }],
    ['issuer=ACME+Co (plus)', at('issuer=ACME+Co'), { issuer: 'ACME+Co', account: 'bob' }],
    ['secret lower case + %20', `otpauth://totp/bob?secret=${SPACED}`, { issuer: null, account: 'bob' }],
    ['secret with padding =', `otpauth://totp/bob?secret=${S}==`, { issuer: null, account: 'bob' }],
    ['secret with padding %3D', `otpauth://totp/bob?secret=${S}%3D%3D`, { issuer: null, account: 'bob' }],
    ['upper-case scheme and type', `OTPAUTH://TOTP/bob?secret=${S}`, { issuer: null, account: 'bob' }],
    ['upper-case key SECRET=', `otpauth://totp/bob?SECRET=${S}&Issuer=ACME`, { issuer: 'ACME', account: 'bob' }],
    ['raw space in label', `otpauth://totp/A B?secret=${S}`, { issuer: null, account: 'A B' }],
    ['raw unicode in label', `otpauth://totp/Ä:日本?secret=${S}`, { issuer: 'Ä', account: '日本' }],
    ['unknown parameters', at('color=red&&x&=y'), { issuer: null, account: 'bob' }],
    ['__proto__ parameter', at('__proto__=x&constructor=y'), { issuer: null, account: 'bob' }],
    ['newline at the end', ` otpauth://totp/bob?secret=${S}\n`, { issuer: null, account: 'bob' }],
    ['slash in the label', `otpauth://totp/a/b?secret=${S}`, { issuer: null, account: 'a/b' }],
    ['algorithm=SHA-1', at('algorithm=SHA-1'), { issuer: null, account: 'bob', algorithm: 'SHA1' }],
    ['algorithm=sha1', at('algorithm=sha1'), { issuer: null, account: 'bob', algorithm: 'SHA1' }],
    ['algorithm=HmacSHA1', at('algorithm=HmacSHA1'), { issuer: null, account: 'bob', algorithm: 'SHA1' }],
    ['algorithm=HmacSHA256', at('algorithm=HmacSHA256'), { issuer: null, account: 'bob', algorithm: 'SHA256' }],
    ['algorithm=HMAC-SHA-512', at('algorithm=HMAC-SHA-512'), { issuer: null, account: 'bob', algorithm: 'SHA512' }],
    ['digits=8&period=60', at('digits=8&period=60'), { issuer: null, account: 'bob', digits: 8, periodSeconds: 60 }],
    ['a counter, in totp', at('counter=5'), { issuer: null, account: 'bob' }],
    ['image', at('image=https%3A%2F%2Fa.example%2Fx'), { issuer: null, account: 'bob', image: 'https://a.example/x' }],
  ]
  it.each(read)('understands %s', (_, uri, said) => {
    expect(parsed(uri)).toEqual({ type: 'totp', ...defaults, ...said, secret: S })
  })

  it('understands hotp, whose counter is required', () => {
    const hotp = { type: 'hotp', ...defaults, periodSeconds: null, issuer: null, account: 'bob', secret: S }
    expect(parsed(`otpauth://hotp/bob?secret=${S}&counter=0`)).toEqual({ ...hotp, counter: 0 })
    expect(parsed(`otpauth://hotp/bob?secret=${S}&counter=9007199254740991`)).toEqual({ ...hotp, counter: 2 ** 53 - 1 })
    for (const counter of ['', '-1', '+1', '1.0', '1e3', '0x1', ' 1', '9007199254740992', '99999999999999999']) {
      refused('ERR_KEY_URI', () => parseKeyUri(`otpauth://hotp/bob?secret=${S}&counter=${counter}`))
    }
    refused('ERR_KEY_URI', () => parseKeyUri(`otpauth://hotp/bob?secret=${S}`))
  })

  it('reads a short key of another system only when asked', () => {
    const uri = 'otpauth://totp/bob?secret=JBSWY3DPEHPK3PXP'
    refused('ERR_KEY_URI', () => parseKeyUri(uri), 'JBSWY3DPEHPK3PXP')
    expect(parsed(uri, { allowShortKey: true })).toMatchObject({ secret: 'JBSWY3DPEHPK3PXP' })
    refused('ERR_KEY_URI', () => parseKeyUri('otpauth://totp/bob?secret=GE', { allowShortKey: true }))
  })

  const hostilePair = (name: string, value: string): [string, string] => [`${name}=${value}`, at(`${name}=${value}`)]
  const hostile: [string, unknown][] = [
    ['duplicate secret', `otpauth://totp/a?secret=${S}&secret=${other}`],
    ['duplicate secret in another case', `otpauth://totp/a?secret=${S}&SECRET=${other}`],
    ['duplicate secret, one encoded', `otpauth://totp/a?secret=${S}&%73ecret=${other}`],
    ['the same secret twice', `otpauth://totp/a?secret=${S}&secret=${S}`],
    ['duplicate issuer', at('issuer=A&issuer=B')],
    ['duplicate digits', at('digits=6&digits=6')],
    ['duplicate unknown', at('a=1&a=1')],
    ['label 3,000 chars', `otpauth://totp/${LONG}?secret=${S}`],
    ['unknown param 3,000 chars', at(`a=${LONG}`)],
    ['2,049 chars', at(`a=${LONG}`).slice(0, 2049)],
    ['no secret', 'otpauth://totp/bob?issuer=ACME'],
    ['empty secret', 'otpauth://totp/bob?secret='],
    ['secret without =', 'otpauth://totp/bob?secret'],
    ['no parameters', 'otpauth://totp/bob?'],
    ['no query', 'otpauth://totp/bob'],
    ['secret not base32 (0189)', `otpauth://totp/bob?secret=${'0189'.repeat(8)}`],
    ['secret with trailing bits', 'otpauth://totp/bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGZ'],
    ['secret with plus', `otpauth://totp/bob?secret=${S.replace('GY3T', 'GY3T+')}`],
    ['secret 1 byte', 'otpauth://totp/bob?secret=GE'],
    ...['99', '5', '0', '6.0', '+6', ' 6', '06', '-6', '', '٦', 'six'].map((v) => hostilePair('digits', v)),
    ...['0', '1000000000', '301', '+30', '-30', '30.0', '3e1', '0x1e', '', '00', 'NaN'].map((v) => hostilePair('period', v)),
    ...['MD5', 'SHA384', 'SHA', 'SHA-1%20', 'SHA3-256', 'SHA2', '', 'ſHA1', 'HmacMD5'].map((v) => hostilePair('algorithm', v)),
    ['wrong scheme otpauths', `otpauths://totp/bob?secret=${S}`],
    ['wrong scheme https', `https://totp/bob?secret=${S}`],
    ['otpauth-migration', `otpauth-migration://offline?data=${S}`],
    ['scheme of look-alike letters', `otраuth://totp/bob?secret=${S}`],
    ['one slash', `otpauth:/totp/bob?secret=${S}`],
    ['wrong type', `otpauth://steam/bob?secret=${S}`],
    ['user in the authority', `otpauth://x@totp/bob?secret=${S}`],
    ['malformed % in label', `otpauth://totp/b%zzob?secret=${S}`],
    ['malformed % in issuer', at('issuer=%E0%A4')],
    ['overlong UTF-8', at('issuer=%C0%AF')],
    ['encoded surrogate', at('issuer=%ED%A0%80')],
    ['raw lone surrogate', `otpauth://totp/bob\ud800?secret=${S}`],
    ['encoded NUL', `otpauth://totp/bob%00?secret=${S}`],
    ['encoded line break', at('issuer=A%0d%0AX')],
    ['encoded DEL', `otpauth://totp/bob%7F?secret=${S}`],
    ['encoded C1 control', `otpauth://totp/bob%c2%85?secret=${S}`],
    ['raw line break within', `otpauth://totp/b\nob?secret=${S}`],
    ['fragment #x', `otpauth://totp/bob?secret=${S}#x`],
    ['fragment before the query', `otpauth://totp/bob#x?secret=${S}`],
    ['empty label', `otpauth://totp/?secret=${S}`],
    ['empty account', `otpauth://totp/ACME:?secret=${S}&issuer=ACME`],
    ['blank account', `otpauth://totp/ACME%3A%20%20?secret=${S}`],
    ['no label', `otpauth://totp?secret=${S}`],
    ['1 MB of &a=1', `otpauth://totp/bob?secret=${S}${'&a=1'.repeat(250_000)}`],
    ['1 MB of ?', `otpauth://totp/${'?'.repeat(1_000_000)}`],
    ['200 KB of ?a=b', `otpauth://totp/bob${'?a=b'.repeat(50_000)}`],
    ['100 KB colons', `otpauth://totp/${':'.repeat(100_000)}?secret=${S}`],
    ['10 MB', `otpauth://totp/bob?secret=${'A'.repeat(10_000_000)}`],
    ['2 kB of %3A', `otpauth://totp/${'%3A'.repeat(650)}?secret=GE`],
    ['empty', ''],
    ['number', 7],
    ['null', null],
    ['undefined', undefined],
    ['URL object', new URL(`otpauth://totp/bob?secret=${S}`)],
    ['String object', new String(`otpauth://totp/bob?secret=${S}`)],
    ['array', [`otpauth://totp/bob?secret=${S}`]],
    ['Secret of a number', new Secret(7)],
  ]
  it.each(hostile)('refuses %s, without repeating it', (_, uri) => {
    refused('ERR_KEY_URI', () => parseKeyUri(uri as string), uri, other)
  })

  it('takes exactly 2,048 characters', () => {
    const uri = at('a=').padEnd(2048, 'x')
    expect(parsed(uri)).toMatchObject({ secret: S })
    refused('ERR_KEY_URI', () => parseKeyUri(`${uri}x`))
  })

  it('either reads a mangled URI or throws KeystepError; never anything else', () => {
    const good = `otpauth://totp/ACME%20Co:bob?secret=${S}&issuer=ACME%20Co&algorithm=SHA256&digits=8&period=60`
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(8), fc.string({ unit: 'binary', maxLength: 6 }), (from, cut, insert) => {
        const uri = good.slice(0, from) + insert + good.slice(from + cut)
        try {
          const { digits, periodSeconds, account } = parseKeyUri(uri)
          expect([6, 7, 8]).toContain(digits)
          expect(periodSeconds === null || (periodSeconds >= 1 && periodSeconds <= 300)).toBe(true)
          expect(account).not.toBe('')
        } catch (error) {
          expect(error).toBeInstanceOf(KeystepError)
          expect((error as KeystepError).code).toBe('ERR_KEY_URI')
        }
      }),
      { numRuns: 5000 },
    )
  })
})
