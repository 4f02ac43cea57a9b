import fc from 'fast-check'
import { KeystepError, Secret } from 'keystep'
import { buildKeyUri, OtpKey } from 'keystep/otp'
import { qrSvg } from 'keystep/qr'
import { describe, expect, it } from 'vitest'
import { canDecode, readSvg } from './decoder.ts'

const key = OtpKey.fromBytes(new Uint8Array(20).fill(7))
const uriOf = (issuer: string, account: string): Secret<string> =>
  buildKeyUri({ key, issuer, account })
const uris = [
  uriOf('A', 'b'),
  uriOf('Example Hosting', 'ada@example.com'),
  uriOf('Größe & Söhne 株式会社', 'zoë+ops'),
  uriOf('x'.repeat(60), 'y'.repeat(400)),
]

describe('qrSvg', () => {
  it.skipIf(!canDecode).each(uris.map((uri) => [uri.reveal().length, uri] as const))(
    'is read back exactly: a key URI of %i characters',
    (_, uri) => {
      expect(readSvg(qrSvg(uri))).toBe(uri.reveal())
      expect(readSvg(qrSvg(uri), 'black'), 'on a dark page').toBe(uri.reveal())
    },
  )

  it.skipIf(!canDecode)('is read back for any ASCII text', () => {
    const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 600, size: 'max' })
    fc.assert(
      fc.property(text, (drawn) => {
        expect(readSvg(qrSvg(drawn))).toBe(drawn)
      }),
      { numRuns: 24 },
    )
  })

  it.skipIf(!canDecode).each([1, 1499, 2328])('is read back at %i characters', (length) => {
    const text = Array.from({ length }, (_, i) => String.fromCharCode(33 + ((i * 7) % 94))).join('')
    expect(readSvg(qrSvg(text, { scale: 2 }))).toBe(text)
  })

  it.skipIf(!canDecode)('percent-encodes what is not ASCII, as a URI means it', () => {
    expect(readSvg(qrSvg('otpauth://totp/Ä?x'))).toBe('otpauth://totp/%C3%84?x')
  })

  it('is upright: the corner without a finder pattern is the lower right one', () => {
    const [path] = /d="[^"]+"/.exec(qrSvg('upright'))!
    expect(
      path.startsWith('d="M4 4h7v1h-7z'),
      'the upper left finder pattern begins the path',
    ).toBe(true)
    // The last row begins with the lower left finder pattern and ends without one.
    expect(path).toMatch(/M4 24h7v1h-7z(?!.*h7v1h-7z)/)
  })

  it('is one path of at most 10 kB for a key URI of 150 characters, whatever the key', () => {
    const rest = 150 - uriOf('Example Hosting', 'a').reveal().length + 1
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        fc.string({
          unit: fc.constantFrom('a', 'b', 'k', 'z', '0', '7'),
          minLength: rest,
          maxLength: rest,
        }),
        (bytes, account) => {
          const uri = buildKeyUri({
            key: OtpKey.fromBytes(bytes),
            issuer: 'Example Hosting',
            account,
          })
          expect(uri.reveal()).toHaveLength(150)
          const svg = qrSvg(uri)
          expect(new TextEncoder().encode(svg).length).toBeLessThanOrEqual(10_000)
          expect(svg.match(/<path/g)).toHaveLength(1)
          expect(svg).not.toMatch(/style=|<style|<script|href/)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('has a title for screen readers, escaped', () => {
    const svg = qrSvg('x', { title: `"><script>'&` })
    expect(svg).toContain('role="img" aria-label="&quot;&gt;&lt;script&gt;&#39;&amp;"')
    expect(svg).toContain('<title>&quot;&gt;&lt;script&gt;&#39;&amp;</title>')
    expect(qrSvg('x', { title: '\0\ud800' })).toContain('<title>\ufffd\ufffd</title>')
  })

  it('scales and frames', () => {
    expect(qrSvg('x', { scale: 2, quietZone: 0 })).toContain(
      'width="42" height="42" viewBox="0 0 21 21"',
    )
  })

  it.each([
    ['', 'ERR_QR'],
    ['\ud800', 'ERR_QR'],
    ['x'.repeat(2329), 'ERR_QR'],
    ['x'.repeat(10_000_000), 'ERR_QR'],
    ['Ä'.repeat(400), 'ERR_QR'],
    [42, 'ERR_OPTION'],
    [null, 'ERR_OPTION'],
    [new Secret(42), 'ERR_OPTION'],
  ])('throws for what no QR code holds (%#)', (text, code) => {
    expect(() => qrSvg(text as string)).toThrow(expect.objectContaining({ code }) as KeystepError)
  })

  it('holds the longest text it promises', () => {
    expect(qrSvg('x'.repeat(2328))).toContain('<path')
  })

  it.each([
    { scale: 0 },
    { scale: 1.5 },
    { scale: 33 },
    { quietZone: -1 },
    { quietZone: NaN },
    { title: ' ' },
    { title: 7 },
  ])('refuses %o', (options) => {
    expect(() => qrSvg('x', options as object)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION' }) as KeystepError,
    )
  })
})
