import fc from 'fast-check'
import { parseKeyUri } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/crypto/secret.ts'
import { KeystepError } from '../../src/errors.ts'
import { RFC_KEY_BASE32 } from './reference.ts'
import { refused as refusedWith } from './refused.ts'

const S = RFC_KEY_BASE32
const LONG = 'x'.repeat(3000)
const at = (said: string) => `otpauth://totp/bob?secret=${S}&${said}`
const defaults = { algorithm: 'SHA1', digits: 6, periodSeconds: 30, counter: null, image: null }
const refused: typeof refusedWith = (code, call, ...inputs) => refusedWith(code, call, S, ...inputs)

/** What a parsed URI says, with the key spelled out. */
function parsed(uri: string, options?: { allowShortKey: true }): object {
  const { key: read, ...rest } = parseKeyUri(uri, options)
  return { ...rest, secret: read.revealBase32() }
}

describe('parseKeyUri', () => {
  const SPACED = S.toLowerCase().replace(/(.{4})/g, '$1%20')
  const BIG = 'Big%20Corporation%3A%20alice%40bigco.com'
  const ALICE = { issuer: 'Big Corporation', account: 'alice@bigco.com' }
  const other = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
  const read: [string, string, object][] = [
    [
      'plain',
      `otpauth://totp/ACME:bob?secret=${S}&issuer=ACME`,
      { issuer: 'ACME', account: 'bob' },
    ],
    [
      'issuer with raw colon',
      `otpauth://totp/A:B:bob?secret=${S}&issuer=A:B`,
      { issuer: 'A:B', account: 'bob' },
    ],
    [
      'issuer with %3A',
      `otpauth://totp/A%3AB:bob?secret=${S}&issuer=A%3AB`,
      { issuer: 'A:B', account: 'bob' },
    ],
    [
      'separator is %3A',
      `otpauth://totp/ACME%3Abob?secret=${S}`,
      { issuer: 'ACME', account: 'bob' },
    ],
    [
      'separator is %3a',
      `otpauth://totp/ACME%3abob?secret=${S}&issuer=ACME`,
      { issuer: 'ACME', account: 'bob' },
    ],
    ['Key URI example: %3A%20', `otpauth://totp/${BIG}?secret=${S}`, ALICE],
    ['the same with issuer', `otpauth://totp/${BIG}?secret=${S}&issuer=Big%20Corporation`, ALICE],
    [
      'a space after a raw colon, no issuer',
      `otpauth://totp/ACME:%20bob?secret=${S}`,
      { issuer: 'ACME', account: 'bob' },
    ],
    [
      'label issuer and parameter differ',
      `otpauth://totp/A:bob?secret=${S}&issuer=MS`,
      { issuer: 'MS', account: 'bob' },
    ],
    ['no issuer in the label', at('issuer=ACME'), { issuer: 'ACME', account: 'bob' }],
    ['no issuer at all', `otpauth://totp/bob?secret=${S}`, { issuer: null, account: 'bob' }],
    [
      'empty issuers',
      `otpauth://totp/:bob?secret=${S}&issuer=&image=`,
      { issuer: null, account: 'bob' },
    ],
    [
      'colon in the account',
      `otpauth://totp/ACME:sip:bob?secret=${S}&issuer=ACME`,
      { issuer: 'ACME', account: 'sip:bob' },
    ],
    ['issuer=ACME+Co (plus)', at('issuer=ACME+Co'), { issuer: 'ACME+Co', account: 'bob' }],
    [
      'secret lower case + %20',
      `otpauth://totp/bob?secret=${SPACED}`,
      { issuer: null, account: 'bob' },
    ],
    ['secret with padding =', `otpauth://totp/bob?secret=${S}==`, { issuer: null, account: 'bob' }],
    [
      'secret with padding %3D',
      `otpauth://totp/bob?secret=${S}%3D%3D`,
      { issuer: null, account: 'bob' },
    ],
    [
      'upper-case scheme and type',
      `OTPAUTH://TOTP/bob?secret=${S}`,
      { issuer: null, account: 'bob' },
    ],
    [
      'upper-case key SECRET=',
      `otpauth://totp/bob?SECRET=${S}&Issuer=ACME`,
      { issuer: 'ACME', account: 'bob' },
    ],
    ['raw space in label', `otpauth://totp/A B?secret=${S}`, { issuer: null, account: 'A B' }],
    ['raw unicode in label', `otpauth://totp/Ä:日本?secret=${S}`, { issuer: 'Ä', account: '日本' }],
    ['unknown parameters', at('color=red&&x&=y'), { issuer: null, account: 'bob' }],
    [
      'unknown parameters, one the encoding of another',
      at('%2561=1&%61=2'),
      { issuer: null, account: 'bob' },
    ],
    ['__proto__ parameter', at('__proto__=x&constructor=y'), { issuer: null, account: 'bob' }],
    ['newline at the end', ` otpauth://totp/bob?secret=${S}\n`, { issuer: null, account: 'bob' }],
    ['slash in the label', `otpauth://totp/a/b?secret=${S}`, { issuer: null, account: 'a/b' }],
    ['algorithm=SHA-1', at('algorithm=SHA-1'), { issuer: null, account: 'bob', algorithm: 'SHA1' }],
    ['algorithm=sha1', at('algorithm=sha1'), { issuer: null, account: 'bob', algorithm: 'SHA1' }],
    [
      'algorithm=HmacSHA1',
      at('algorithm=HmacSHA1'),
      { issuer: null, account: 'bob', algorithm: 'SHA1' },
    ],
    [
      'algorithm=HmacSHA256',
      at('algorithm=HmacSHA256'),
      { issuer: null, account: 'bob', algorithm: 'SHA256' },
    ],
    [
      'algorithm=HMAC-SHA-512',
      at('algorithm=HMAC-SHA-512'),
      { issuer: null, account: 'bob', algorithm: 'SHA512' },
    ],
    [
      'digits=8&period=60',
      at('digits=8&period=60'),
      { issuer: null, account: 'bob', digits: 8, periodSeconds: 60 },
    ],
    ['a counter, in totp', at('counter=5'), { issuer: null, account: 'bob' }],
    [
      'image',
      at('image=https%3A%2F%2Fa.example%2Fx'),
      { issuer: null, account: 'bob', image: 'https://a.example/x' },
    ],
  ]
  it.each(read)('understands %s', (_, uri, said) => {
    expect(parsed(uri)).toEqual({ type: 'totp', ...defaults, ...said, secret: S })
  })

  it('understands hotp, whose counter is required', () => {
    const hotp = {
      type: 'hotp',
      ...defaults,
      periodSeconds: null,
      issuer: null,
      account: 'bob',
      secret: S,
    }
    expect(parsed(`otpauth://hotp/bob?secret=${S}&counter=0`)).toEqual({ ...hotp, counter: 0 })
    expect(parsed(`otpauth://hotp/bob?secret=${S}&counter=9007199254740991`)).toEqual({
      ...hotp,
      counter: 2 ** 53 - 1,
    })
    for (const counter of [
      '',
      '-1',
      '+1',
      '1.0',
      '1e3',
      '0x1',
      ' 1',
      '9007199254740992',
      '99999999999999999',
    ]) {
      refused('ERR_KEY_URI', () => parseKeyUri(`otpauth://hotp/bob?secret=${S}&counter=${counter}`))
    }
    refused('ERR_KEY_URI', () => parseKeyUri(`otpauth://hotp/bob?secret=${S}`))
  })

  it('reads a short key of another system only when asked', () => {
    const uri = 'otpauth://totp/bob?secret=JBSWY3DPEHPK3PXP'
    refused('ERR_KEY_URI', () => parseKeyUri(uri), 'JBSWY3DPEHPK3PXP')
    expect(parsed(uri, { allowShortKey: true })).toMatchObject({ secret: 'JBSWY3DPEHPK3PXP' })
    refused('ERR_KEY_URI', () =>
      parseKeyUri('otpauth://totp/bob?secret=GE', { allowShortKey: true }),
    )
  })

  const hostilePair = (name: string, value: string): [string, string] => [
    `${name}=${value}`,
    at(`${name}=${value}`),
  ]
  const hostile: [string, unknown][] = [
    ['duplicate secret', `otpauth://totp/a?secret=${S}&secret=${other}`],
    ['duplicate secret in another case', `otpauth://totp/a?secret=${S}&SECRET=${other}`],
    ['duplicate secret, one encoded', `otpauth://totp/a?secret=${S}&%73ecret=${other}`],
    ['the same secret twice', `otpauth://totp/a?secret=${S}&secret=${S}`],
    ['duplicate issuer', at('issuer=A&issuer=B')],
    ['duplicate digits', at('digits=6&digits=6')],
    ['duplicate unknown', at('a=1&a=1')],
    ['duplicate unknown, one encoded', at('a=1&%41=1')],
    ['label 3,000 chars', `otpauth://totp/${LONG}?secret=${S}`],
    ['unknown param 3,000 chars', at(`a=${LONG}`)],
    ['2,329 chars', at(`a=${LONG}`).slice(0, 2329)],
    ['no secret', 'otpauth://totp/bob?issuer=ACME'],
    ['empty secret', 'otpauth://totp/bob?secret='],
    ['secret without =', 'otpauth://totp/bob?secret'],
    ['no parameters', 'otpauth://totp/bob?'],
    ['no query', 'otpauth://totp/bob'],
    ['secret not base32 (0189)', `otpauth://totp/bob?secret=${'0189'.repeat(8)}`],
    ['secret with trailing bits', 'otpauth://totp/bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGZ'],
    ['secret with plus', `otpauth://totp/bob?secret=${S.replace('GY3T', 'GY3T+')}`],
    ['secret 1 byte', 'otpauth://totp/bob?secret=GE'],
    ...['99', '5', '0', '6.0', '+6', ' 6', '06', '-6', '', '٦', 'six'].map((v) =>
      hostilePair('digits', v),
    ),
    ...['0', '1000000000', '301', '+30', '-30', '30.0', '3e1', '0x1e', '', '00', 'NaN'].map((v) =>
      hostilePair('period', v),
    ),
    ...['MD5', 'SHA384', 'SHA', 'SHA-1%20', 'SHA3-256', 'SHA2', '', 'ſHA1', 'HmacMD5'].map((v) =>
      hostilePair('algorithm', v),
    ),
    ['wrong scheme otpauths', `otpauths://totp/bob?secret=${S}`],
    ['wrong scheme https', `https://totp/bob?secret=${S}`],
    ['scheme of look-alike letters', `otраuth://totp/bob?secret=${S}`],
    ['one slash', `otpauth:/totp/bob?secret=${S}`],
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

  it('takes exactly 2,328 characters', () => {
    const uri = at('a=').padEnd(2328, 'x')
    expect(parsed(uri)).toMatchObject({ secret: S })
    refused('ERR_KEY_URI', () => parseKeyUri(`${uri}x`))
  })

  it('either reads a mangled URI or throws KeystepError; never anything else', () => {
    const good = `otpauth://totp/ACME%20Co:bob?secret=${S}&issuer=ACME%20Co&algorithm=SHA256&digits=8&period=60`
    fc.assert(
      fc.property(
        fc.nat(good.length),
        fc.nat(8),
        fc.string({ unit: 'binary', maxLength: 6 }),
        (from, cut, insert) => {
          const uri = good.slice(0, from) + insert + good.slice(from + cut)
          try {
            const { digits, periodSeconds, account } = parseKeyUri(uri)
            expect([6, 7, 8]).toContain(digits)
            expect(periodSeconds === null || (periodSeconds >= 1 && periodSeconds <= 300)).toBe(
              true,
            )
            expect(account).toBe(account.trim())
          } catch (error) {
            expect(error).toBeInstanceOf(KeystepError)
            expect((error as KeystepError).code).toBe('ERR_KEY_URI')
          }
        },
      ),
      { numRuns: 5000 },
    )
  })
})
