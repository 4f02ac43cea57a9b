import { KeystepError } from 'keystep'
import { buildKeyUri, OtpKey } from 'keystep/otp'
import { qrTerminal } from 'keystep/qr'
import { describe, expect, it } from 'vitest'
import { canDecode, readBitmap, screenOf } from './decoder.ts'

const uri = (account: string) =>
  buildKeyUri({
    key: OtpKey.fromBytes(new Uint8Array(20).fill(9)),
    issuer: 'Example Hosting',
    account,
  })

describe('qrTerminal', () => {
  it.skipIf(!canDecode).each(['dark', 'light'] as const)(
    'is read back from a %s terminal',
    (around) => {
      for (const account of ['ada', 'zoë@example.com', 'x'.repeat(200)]) {
        expect(readBitmap(screenOf(qrTerminal(uri(account))), around)).toBe(uri(account).reveal())
      }
    },
  )

  it('fits a usual terminal: 24 lines, 80 columns', () => {
    const screen = screenOf(qrTerminal(uri('ada@example.com')))
    expect(screen.length / 2).toBeLessThanOrEqual(24)
    expect(screen[0]!.length).toBeLessThanOrEqual(80)
  })

  it('holds the longest text it promises', () => {
    expect(screenOf(qrTerminal('x'.repeat(2328))).length).toBeGreaterThan(150)
    expect(() => qrTerminal('x'.repeat(2329))).toThrow(
      expect.objectContaining({ code: 'ERR_QR' }) as KeystepError,
    )
  })

  it('is framed by light modules on every side', () => {
    const screen = screenOf(qrTerminal('x', { quietZone: 3 }))
    const edge = [...screen.slice(0, 3), ...screen.slice(-3)]
      .flat()
      .concat(screen.flatMap((row) => [...row.slice(0, 3), ...row.slice(-3)]))
    expect(edge.includes(true)).toBe(false)
  })

  it('refuses what the other drawings refuse', () => {
    expect(() => qrTerminal('')).toThrow(
      expect.objectContaining({ code: 'ERR_QR' }) as KeystepError,
    )
    expect(() => qrTerminal('x', { quietZone: 17 })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION' }) as KeystepError,
    )
  })
})
