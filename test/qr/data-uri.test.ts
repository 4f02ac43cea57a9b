import { KeystepError } from 'keystep'
import { buildKeyUri, OtpKey } from 'keystep/otp'
import { qrDataUri, qrSvg } from 'keystep/qr'
import { describe, expect, it } from 'vitest'
import { canDecode, readSvg } from './decoder.ts'

const uri = buildKeyUri({
  key: OtpKey.fromBytes(new Uint8Array(20).fill(5)),
  issuer: 'Größe & Söhne',
  account: 'ada@example.com',
})

/** What a browser makes of a data URI: its own parser, nothing of keystep's. */
async function load(dataUri: string): Promise<string> {
  const response = await fetch(dataUri)
  expect(response.headers.get('content-type')).toBe('image/svg+xml;charset=utf-8')
  return response.text()
}

describe('qrDataUri', () => {
  it.skipIf(!canDecode)(
    'is the same picture, for the src of an img on a light or dark page',
    async () => {
      const svg = await load(qrDataUri(uri))
      expect(svg).toBe(qrSvg(uri))
      for (const page of ['white', 'black']) expect(readSvg(svg, page)).toBe(uri.reveal())
    },
  )

  it('holds nothing that ends an attribute or a CSS url(), whatever the title', async () => {
    const title = `"'()<>\\ & größer #%20`
    const dataUri = qrDataUri(uri, { title, quietZone: 6 })
    expect(dataUri).toMatch(/^data:image\/svg\+xml;charset=utf-8,[A-Za-z0-9%._~!*-]+$/)
    expect(await load(dataUri)).toBe(qrSvg(uri, { title, quietZone: 6 }))
  })

  it('stands alone, so that img-src data: is all the policy it needs', async () => {
    const svg = await load(qrDataUri(uri))
    expect(svg).toContain('fill="#fff"')
    expect(svg).toContain('fill="#000"')
    expect(svg).not.toMatch(/style|<script|href|url\(|var\(/)
  })

  it('refuses what the SVG refuses', () => {
    expect(() => qrDataUri('')).toThrow(expect.objectContaining({ code: 'ERR_QR' }) as KeystepError)
    expect(() => qrDataUri('x', { scale: 0 })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION' }) as KeystepError,
    )
  })
})
