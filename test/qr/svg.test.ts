import fc from 'fast-check'
import { KeystepError, Secret } from 'keystep'
import { buildKeyUri, OtpKey } from 'keystep/otp'
import { qrDataUri, qrSvg } from 'keystep/qr'
import { describe, expect, it } from 'vitest'
import { canDecode, readSvg } from './decoder.ts'

const key = OtpKey.fromBytes(new Uint8Array(20).fill(7))
const uriOf = (issuer: string, account: string): Secret<string> => buildKeyUri({ key, issuer, account })
const uris = [uriOf('A', 'b'), uriOf('Example Hosting', 'ada@example.com'), uriOf('Größe & Söhne 株式会社', 'zoë+ops'), uriOf('x'.repeat(60), 'y'.repeat(400))]

describe('qrSvg', () => {
  it.skipIf(!canDecode).each(uris.map((uri) => [uri.reveal().length, uri] as const))('is read back exactly: a key URI of %i characters', (_, uri) => {
    expect(readSvg(qrSvg(uri))).toBe(uri.reveal())
    expect(readSvg(qrSvg(uri), 'black'), 'on a dark page').toBe(uri.reveal())
  })

  it.skipIf(!canDecode)('is read back for any ASCII text', () => {
    const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 300 })
    fc.assert(fc.property(text, (drawn) => { expect(readSvg(qrSvg(drawn))).toBe(drawn) }), { numRuns: 12 })
  })

  it.skipIf(!canDecode)('percent-encodes what is not ASCII, as a URI means it', () => {
    expect(readSvg(qrSvg('otpauth://totp/Ä?x'))).toBe('otpauth://totp/%C3%84?x')
  })

  it.skipIf(!canDecode)('is upright: the corner without a finder pattern is the lower right one', () => {
    const [path] = /d="[^"]+"/.exec(qrSvg('upright'))!
    expect(path.startsWith('d="M4 4h7v1h-7z'), 'the upper left finder pattern begins the path').toBe(true)
    // The last row begins with the lower left finder pattern and ends without one.
    expect(path).toMatch(/M4 24h7v1h-7z(?!.*h7v1h-7z)/)
  })

  it('is one path of at most 10 kB for a key URI of 150 characters', () => {
    const uri = uriOf('Example Hosting', 'a'.repeat(150 - uriOf('Example Hosting', 'a').reveal().length + 1))
    expect(uri.reveal()).toHaveLength(150)
    const svg = qrSvg(uri)
    expect(svg.length).toBeLessThanOrEqual(10_000)
    expect(svg.match(/<path/g)).toHaveLength(1)
    expect(svg).not.toMatch(/style=|<script|href/)
  })

  it('has a title for screen readers, escaped', () => {
    const svg = qrSvg('x', { title: `"><script>'&` })
    expect(svg).toContain('role="img" aria-label="&quot;&gt;&lt;script&gt;&#39;&amp;"')
    expect(svg).toContain('<title>&quot;&gt;&lt;script&gt;&#39;&amp;</title>')
    expect(qrSvg('x', { title: '\0\ud800' })).toContain('<title>\ufffd\ufffd</title>')
  })

  it('scales and frames', () => {
    expect(qrSvg('x', { scale: 2, quietZone: 0 })).toContain('width="42" height="42" viewBox="0 0 21 21"')
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

  it.each([{ scale: 0 }, { scale: 1.5 }, { scale: 33 }, { quietZone: -1 }, { quietZone: NaN }, { title: ' ' }, { title: 7 }])('refuses %o', (options) => {
    expect(() => qrSvg('x', options as object)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }) as KeystepError)
  })
})

describe('qrDataUri', () => {
  it.skipIf(!canDecode)('is the same picture, for the src of an img', () => {
    const uri = qrDataUri(uris[1]!)
    expect(uri).toMatch(/^data:image\/svg\+xml;charset=utf-8,[A-Za-z0-9%._~!*-]+$/)
    expect(readSvg(decodeURIComponent(uri.slice(uri.indexOf(',') + 1)))).toBe(uris[1]!.reveal())
  })
})
