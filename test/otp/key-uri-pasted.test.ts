import fc from 'fast-check'
import { buildKeyUri, OtpKey, parseKeyUri } from 'keystep/otp'
import { describe, expect, it } from 'vitest'
import { RFC_KEY_BASE32 } from './reference.ts'
import { refused as refusedWith } from './refused.ts'

const S = RFC_KEY_BASE32
const plain = `otpauth://totp/ACME:bob?secret=${S}&issuer=ACME&digits=8&period=60`
const refused: typeof refusedWith = (code, call, ...inputs) => refusedWith(code, call, S, ...inputs)

/** What an address says, with the key spelled out. */
function said(uri: string, options?: Parameters<typeof parseKeyUri>[1]): object {
  const { key, ...rest } = parseKeyUri(uri, options)
  return { ...rest, secret: key.revealBase32() }
}

describe('an address as people paste it', () => {
  it.each([
    ['a space before it', ` ${plain}`],
    ['a byte order mark and line break', `\ufeff${plain}\r\n`],
    ['marks of direction', `\u202a${plain}\u202c`],
    ['a mark of direction after it', `${plain}\u200e`],
    ['quotes', `"${plain}"`],
    ['quotes and a comma, out of JSON', `  "${plain}",`],
    ['typographic quotes', `\u201c${plain}\u201d`],
    ['angle brackets', `<${plain}>`],
    ['backticks', `\`${plain}\``],
    ['a bullet', `\u2022 ${plain}`],
    ['no-break spaces', `\u00a0${plain}\u00a0`],
  ])('%s around it is no part of it', (_, pasted) => {
    expect(said(pasted)).toEqual(said(plain))
  })

  it('what ends the last parameter stays its own', () => {
    for (const issuer of ['Acme Inc.', "Joe's '", 'Acme (EU)', 'Yahoo!']) {
      const uri = buildKeyUri({ key: OtpKey.fromBase32(S), issuer, account: 'bob' }).reveal()
      expect(said(uri)).toMatchObject({ issuer })
      expect(said(` "${uri}" `)).toMatchObject({ issuer })
    }
  })

  it('noise within the key is none of it', () => {
    const spaced = S.replace(/(.{4})/g, '$1\u200b\u00a0-')
    expect(said(plain.replace(S, spaced))).toEqual(said(plain))
    expect(said(plain.replace(S, encodeURIComponent(spaced)))).toEqual(said(plain))
  })
})

describe('labels and issuers as other systems write them', () => {
  const of = (label: string, more = '') => said(`otpauth://totp/${label}?secret=${S}${more}`)

  it('a space after the colon is no part of the account', () => {
    const cloudflare = { issuer: 'Cloudflare', account: 'me@x' }
    for (const label of ['Cloudflare: me@x', 'Cloudflare:%20me@x', 'Cloudflare%3A%20me%40x']) {
      expect(of(label)).toMatchObject(cloudflare)
      expect(of(label, '&issuer=Cloudflare')).toMatchObject(cloudflare)
      expect(of(label, '&issuer=Other')).toMatchObject({ issuer: 'Other', account: 'me@x' })
    }
    expect(of('Cloudflare:%C2%A0me@x%20', '&issuer=Cloudflare')).toMatchObject(cloudflare)
    expect(of('Cloudflare%20:me@x')).toMatchObject(cloudflare)
  })

  it.each([
    `otpauth://totp?secret=${S}`,
    `otpauth://totp/?secret=${S}`,
    `OTPAUTH://TOTP?secret=${S}`,
    ` otpauth://totp/%20?secret=${S}`,
  ])('no label at all names nobody: %s', (uri) => {
    expect(said(uri)).toMatchObject({ issuer: null, account: '', secret: S })
    expect(said(`${uri}&issuer=ACME`)).toMatchObject({ issuer: 'ACME', account: '' })
  })

  it('an issuer without an account names nobody, too', () => {
    for (const label of ['ACME:', 'ACME%3A', 'ACME%3A%20%20'])
      for (const more of ['', '&issuer=ACME'])
        expect(of(label, more)).toMatchObject({ issuer: 'ACME', account: '' })
  })

  it('a plus in the issuer is a space where the label says so, and a plus where nothing does', () => {
    const canada = { issuer: 'Air Canada', account: 'me' }
    for (const label of [
      'Air%20Canada:me',
      'Air Canada:me',
      'Air%20Canada%3Ame',
      'Air%20Canada:%20me',
    ])
      expect(of(label, '&issuer=Air+Canada')).toMatchObject(canada)
    expect(of('A%2BB%20C:me', '&issuer=A%2BB+C')).toMatchObject({ issuer: 'A+B C', account: 'me' })
    expect(of('Air+Canada:me', '&issuer=Air%20Canada')).toMatchObject(canada)
    const plus = { issuer: 'Air+Canada', account: 'me' }
    expect(of('Air+Canada:me', '&issuer=Air+Canada')).toMatchObject(plus)
    expect(of('Air%2BCanada:me', '&issuer=Air%2BCanada')).toMatchObject(plus)
    expect(of('me', '&issuer=Air+Canada')).toMatchObject(plus)
    expect(of('Other:me', '&issuer=Air+Canada')).toMatchObject(plus)
    expect(of('me+tag@x', '&issuer=Air+Canada')).toMatchObject({ account: 'me+tag@x' })
  })
})

describe('V31: no parameter is lost without a word', () => {
  const parameters = ['issuer=ACME', 'algorithm=SHA256', 'digits=8', 'period=60']
  const whole = `otpauth://totp/ACME:bob?${[`secret=${S}`, ...parameters].join('&')}`
  const escapes = [
    '&amp;',
    '&AMP;',
    '&#38;',
    '&#038;',
    '&#x26;',
    '&#X26;',
    '&amp;amp;',
    '\\u0026',
    '\\x26',
  ]

  it.each(escapes)('%s separates as & does', (escaped) => {
    expect(said(whole.replaceAll('&', escaped))).toEqual(said(whole))
    expect(said(whole.replace(/&(?=digits)/, escaped))).toEqual(said(whole))
  })

  it('a whole address out of HTML, its ampersand in the name included', () => {
    const html = `otpauth://totp/A&amp;B:bob?secret=${S}&amp;issuer=A%26B&amp;digits=8`
    expect(said(html)).toMatchObject({ issuer: 'A&B', account: 'bob', digits: 8 })
  })

  it.each([
    '&amp',
    ';',
    '&amp;;',
    '?',
    '&?',
    '&+',
    '&;',
    ' ',
    '&amp%3B',
    '&%26amp%3B',
    '&lt;',
    '&quot;',
  ])('refuses %j as a separator, or reads it, and never passes over what follows', (separator) => {
    const uri = `otpauth://totp/ACME:bob?secret=${S}&issuer=ACME${separator}digits=8`
    let read: object | undefined
    try {
      read = said(uri)
    } catch {
      refused('ERR_KEY_URI', () => parseKeyUri(uri))
    }
    if (read) expect(read).toMatchObject({ issuer: 'ACME', digits: 8 })
  })

  it('noise around the name of a parameter does not make another of it', () => {
    for (const name of [
      'digits\u200b',
      '\u200edigits',
      ' digits',
      'digits ',
      '%20digits',
      'DI\u00adGITS',
      'ｄｉｇｉｔｓ',
    ])
      expect(said(`otpauth://totp/bob?secret=${S}&${name}=8`), name).toMatchObject({ digits: 8 })
    refused('ERR_KEY_URI', () =>
      parseKeyUri(`otpauth://totp/bob?secret=${S}&digits=8&digits\u200b=6`),
    )
  })

  it('whatever stands between two parameters: what makes the codes is read, or all is refused', () => {
    const separator = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
      fc.constantFrom(...escapes, '%26', '%3B', '&amp', ';', ',', '|', '\\', '/', '//', '::'),
    )
    let read = 0
    fc.assert(
      fc.property(
        fc.constantFrom('issuer', 'algorithm', 'digits', 'period'),
        separator,
        (name, between) => {
          // A letter or digit is part of a name or value, and so is what may stand in one.
          fc.pre(
            !/[a-z0-9_.=#-]$/i.test(between) ||
              escapes.includes(between) ||
              /%(26|3B)$/.test(between),
          )
          try {
            const codes = { ...said(whole), issuer: expect.anything() as unknown }
            expect(said(whole.replace(`&${name}=`, () => `${between}${name}=`))).toMatchObject(
              codes,
            )
            read++
          } catch (error) {
            expect(error).toMatchObject({ code: 'ERR_KEY_URI' })
          }
        },
      ),
      { numRuns: 5000 },
    )
    expect(read).toBeGreaterThan(100)
  })
})

describe('addresses of another kind say what they are', () => {
  const thrown = (uri: string): { code: string; message: string } => {
    try {
      parseKeyUri(uri)
    } catch (error) {
      return error as { code: string; message: string }
    }
    throw new Error('nothing was thrown')
  }

  it.each([
    `steam://${S}`,
    `Steam://${S}`,
    ` steam://${S}`,
    `otpauth://steam/bob?secret=${S}`,
    `otpauth://totp/Steam:bob?secret=${S}&issuer=Steam&encoder=steam`,
    `otpauth://totp/Steam:bob?secret=${S}&digits=5&encoder=steam`,
  ])('Steam: %s', (uri) => {
    expect(thrown(uri)).toMatchObject({
      code: 'ERR_KEY_URI_KIND',
      message: expect.stringContaining('Steam') as string,
    })
    refused('ERR_KEY_URI_KIND', () => parseKeyUri(uri))
  })

  it.each([
    'otpauth-migration://offline?data=CjEKCkhlbGxvId',
    'OTPAUTH-MIGRATION://offline?data=A',
  ])('an export of many keys: %s', (uri) => {
    expect(thrown(uri)).toMatchObject({
      code: 'ERR_KEY_URI_KIND',
      message: expect.stringContaining('many keys') as string,
    })
    refused('ERR_KEY_URI_KIND', () => parseKeyUri(uri), uri)
  })
})

describe('keys of old systems', () => {
  const OLD = 'S46SQCPPTCNPROMHWYBDCTBZXV'
  const uri = `otpauth://totp/bob?secret=${OLD}`

  it('RFC 4648 3.5: spare bits are dropped when asked, in an address, too', () => {
    refused('ERR_KEY_URI', () => parseKeyUri(uri), OLD)
    expect(said(uri, { allowSpareBits: true })).toMatchObject({ secret: `${OLD.slice(0, -1)}U` })
  })

  it('the error names the option that takes a short key', () => {
    expect(() => parseKeyUri('otpauth://totp/bob?secret=JBSWY3DPEHPK3PXP')).toThrow('allowShortKey')
    expect(() => parseKeyUri(uri)).toThrow('allowSpareBits')
  })
})
