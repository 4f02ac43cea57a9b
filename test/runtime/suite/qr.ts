import { Secret } from 'keystep'
import { qrDataUri, qrSvg, qrTerminal } from 'keystep/qr'
import { type Case, equal, holds, refuses } from './case.ts'

export const qrCases: readonly Case[] = [
  {
    name: 'qr: one upright path in an SVG with an escaped title',
    run: () => {
      const svg = qrSvg('upright', { title: '"><script>' })
      equal(svg.match(/<path/g)?.length, 1)
      holds(svg.includes('d="M4 4h7v1h-7z'), 'the upper left finder pattern begins the path')
      holds(svg.includes('<title>&quot;&gt;&lt;script&gt;</title>'), 'the title is escaped')
    },
  },
  {
    name: 'qr: the same drawing everywhere, module by module',
    run: async () => {
      const drawn = new TextEncoder().encode(
        qrSvg('otpauth://totp/ACME:bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ACME'),
      )
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', drawn))
      equal(
        Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(''),
        DRAWING,
      )
    },
  },
  {
    name: 'qr: a data URI of the same picture, and a terminal drawing',
    run: () => {
      const uri = qrDataUri(new Secret('text'))
      equal(decodeURIComponent(uri.slice(uri.indexOf(',') + 1)), qrSvg('text'))
      holds(qrTerminal('text').split('\n').length > 10, 'the terminal drawing has lines')
    },
  },
  {
    name: 'qr: refuses what no code holds',
    run: () => refuses('ERR_QR', () => qrSvg('x'.repeat(2329))),
  },
]

/** Compared with what zbarimg reads in test/qr: SHA-256 of the SVG, its first 8 bytes. */
const DRAWING = 'b266850d2c19df92'
