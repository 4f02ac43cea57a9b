import { createKeyring, createTwoFactor, generateKeyringKey, type TwoFactorOptions } from 'keystep'
import { memoryStore } from 'keystep/stores/memory'
import { describe, expect, it, vi } from 'vitest'
import { buildKeyUri, generateTotp, OtpKey, parseKeyUri } from 'keystep/otp'
import { qrSvg } from 'keystep/qr'
import {
  acceptedOf,
  countingStore,
  enroll,
  house,
  login,
  nextCode,
  permit,
  SESSION,
} from './house.ts'
import { firstPermit } from './sms-house.ts'

const right: TwoFactorOptions = {
  issuer: 'Example Hosting',
  store: memoryStore(),
  keyring: createKeyring(generateKeyringKey()),
}
const sender = () => Promise.resolve()

describe('createTwoFactor', () => {
  it('does no I/O and starts no timer: it may be made per request', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout')
    const store = countingStore(memoryStore())
    createTwoFactor({ ...right, store })
    expect(timers).not.toHaveBeenCalled()
    expect(store).toMatchObject({ reads: 0, writes: 0 })
    timers.mockRestore()
    // One per call, as an edge runtime makes them.
    const h = house()
    const { phone } = await enroll(h.twoFactor, 'ada', h.clock)
    const fresh = () => house({ store: h.store, keyring: h.keyring, now: h.clock }).twoFactor
    const decision = await fresh().login.begin({ userId: 'ada' })
    if (decision.next !== 'challenge') throw new Error(decision.next)
    const code = nextCode(h.clock, phone)
    expect(await fresh().login.verify({ challenge: decision.challenge, code })).toMatchObject({
      outcome: 'accepted',
    })
    expect(await login(fresh(), 'ada', code)).toMatchObject({ reason: 'already_used' })
  })

  it('takes just an issuer, a store and a keyring, and the system’s clock', async () => {
    const decision = await createTwoFactor(right).login.begin({ userId: 'ada' })
    if (decision.next !== 'proceed') throw new Error(decision.next)
    expect(Math.abs(decision.grant.verifiedAt.getTime() - Date.now())).toBeLessThan(60_000)
  })

  it.each<[string, object]>([
    ['no issuer', { issuer: undefined }],
    ['an empty issuer', { issuer: '' }],
    ['a colon in the issuer', { issuer: 'A:B' }],
    ['a line break in the issuer', { issuer: 'A\nB' }],
    ['a long issuer', { issuer: 'x'.repeat(65) }],
    ['a blank issuer', { issuer: ' \u00a0' }],
    ['an issuer that no QR code has room for', { issuer: '\u0e01'.repeat(54) }],
    ['no store', { store: undefined }],
    ['half a store', { store: { get: () => null } }],
    ['no keyring', { keyring: undefined }],
    ['a key instead of a keyring', { keyring: 'k1:abc' }],
    ['an empty realm', { realm: '' }],
    ['a long realm', { realm: 'ä'.repeat(33) }],
    ['a lone surrogate in the realm', { realm: '\ud800' }],
    ['5 digits', { totp: { digits: 5 } }],
    ['a foreign algorithm', { totp: { algorithm: 'MD5' } }],
    ['a period beyond 63B-4 3.1.4.1', { totp: { periodSeconds: 121 } }],
    ['a period of 0', { totp: { periodSeconds: 0 } }],
    ['a wide window', { totp: { window: { past: 11, future: 0 } } }],
    ['half a window', { totp: { window: { past: 1 } } }],
    ['0 backup codes', { backupCodes: { count: 0 } }],
    ['33 backup codes', { backupCodes: { count: 33 } }],
    ['devices for ever', { devices: { days: 365 } }],
    ['11 devices', { devices: { max: 11 } }],
    ['limits switched off', { limits: { hardStop: Infinity } }],
    ['limits raised', { limits: { freeAttempts: 6 } }],
    ['no SMS sender', { sms: { countries: ['+49'] } }],
    ['no countries', { sms: { sender, countries: [] } }],
    ['all countries', { sms: { sender, countries: ['+'] } }],
    ['countries by name', { sms: { sender, countries: ['DE'] } }],
    [
      'an origin that is no domain',
      { sms: { sender, countries: ['+49'], originDomain: 'https://example.com' } },
    ],
  ])('refuses %s at once, with ERR_OPTION', (_, change) => {
    expect(() => createTwoFactor({ ...right, ...change })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION' }),
    )
  })

  it.each([
    ['x', 64],
    ['\u0439', 64],
    ['\u05d0', 64],
    ['\u0e01', 53],
    ['\u65e5', 53],
    ['\u{1f511}', 32],
  ])(
    'an issuer of the longest, in %s, leaves room for the longest account of every script, in a QR code',
    async (letter, most) => {
      for (const unit of ['x', ' ', '\u0439', '\u0e01', '\u65e5', '\uffee', '\u{1f511}']) {
        const h = house({
          issuer: letter.repeat(most),
          totp: { algorithm: 'SHA512', digits: 8, periodSeconds: 120 },
        })
        const account = `a${unit.repeat(126 / unit.length)}z`
        const begun = async (leave: string) =>
          acceptedOf(await h.twoFactor.totp.enroll({ permit: leave, sessionId: SESSION, account }))
            .keyUri
        const first = await begun(await firstPermit(h, 'ada'))
        expect(parseKeyUri(first)).toMatchObject({ account, issuer: letter.repeat(most) })
        expect(qrSvg(first)).toContain('<svg')
        // The same beside another authenticator, whose number comes after the account.
        const key = OtpKey.fromBytes(new Uint8Array(64).fill(1))
        acceptedOf(await h.twoFactor.totp.import({ userId: 'bob', key }))
        const code = generateTotp(key, { at: h.clock() })
        expect(qrSvg(await begun(await permit(h.twoFactor, 'bob', code)))).toContain('<svg')
      }
    },
  )

  it('the longest account has room for a key of 64 bytes, too', () => {
    const options = { algorithm: 'SHA512', digits: 8, periodSeconds: 120 } as const
    const uri = buildKeyUri({
      key: OtpKey.generate(64),
      issuer: '\u65e5'.repeat(53),
      account: `${'\u65e5'.repeat(128)} (999)`,
      ...options,
    })
    expect(qrSvg(uri)).toContain('<svg')
  })

  it.each([new Date(NaN), undefined, 1_790_000_000_000, 'now'])(
    'a clock that shows %s is an operator’s error, never an instant',
    async (instant) => {
      const twoFactor = createTwoFactor({ ...right, now: () => instant as Date })
      await expect(twoFactor.login.begin({ userId: 'ada' })).rejects.toMatchObject({
        code: 'ERR_OPTION',
      })
    },
  )
})
