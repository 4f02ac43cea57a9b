import { generateTotp, OtpKey } from 'keystep/otp'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { configurationFrom } from '../../../examples/portal/configuration.ts'
import { DEMO_PASSWORD } from '../../../examples/portal/demo-accounts.ts'
import { type Started, startPortal } from '../../../examples/portal/start.ts'
import { Walker } from './walker.ts'

describe('the portal, where two-factor is required, and with password and code on one page', () => {
  let portal: Started
  let browser: Walker
  let key: OtpKey
  let clock = new Date('2027-01-15T10:00:00Z')

  const deadGateway = {
    SMS: 'kannel',
    KANNEL_URL: 'http://127.0.0.1:9/',
    KANNEL_USERNAME: 'u',
    KANNEL_PASSWORD: 'p',
    KANNEL_FROM: 'Harbor',
  }
  const sam = { email: 'sam@example.com', password: DEMO_PASSWORD } // of the staff
  const code = (): string => generateTotp(key, { at: clock })
  const nextCode = (): string => {
    clock = new Date(clock.getTime() + 30_000)
    return code()
  }
  const keyOn = (page: string): string =>
    /id="manual-key"[^>]*>([A-Z2-7 ]+)</.exec(page)?.[1]?.replaceAll(' ', '') ?? page

  beforeAll(async () => {
    portal = await startPortal(
      configurationFrom({ PORT: '0', PORTAL_ONE_PAGE: '1', ...deadGateway }),
      { now: () => clock },
    )
    browser = new Walker(portal.origin)
  })
  afterAll(() => portal.close())

  it('sets two-factor up before there is a session: one key in two tabs, and a session from the first code', async () => {
    expect(await browser.logIn(sam)).toContain('Set up two-factor')
    expect(browser.cookies.has('__Host-session')).toBe(false)
    const tabs = await Promise.all([
      browser.get('/login/enroll/totp'),
      browser.get('/login/enroll/totp'),
    ])
    const shown = await browser.get('/login/enroll/totp')
    expect(tabs.map(keyOn)).toContain(keyOn(shown))
    key = OtpKey.fromBase32(keyOn(shown))
    expect(keyOn(await browser.post('/login/enroll/totp', { code: '12' }))).toBe(key.revealBase32())
    const enrolling = browser.cookies.get('__Host-enroll')!
    expect(await browser.post('/login/enroll/totp', { code: code() })).toContain(
      'Save your backup codes',
    )
    browser.cookies.set('__Host-enroll', enrolling)
    await browser.post('/login/enroll/totp', { code: nextCode() })
    expect(browser.to).toBe('/security')
    expect(await browser.follow()).toContain('If you have not seen your backup codes')
    expect(await browser.get('/overview')).toContain('Hello Sam')
    const page = await browser.get('/security')
    expect(page).toContain('Your account must use two-factor.')
    expect(page).not.toContain('Turn off two-factor')
  })

  it('does not remove the last one, whoever asks', async () => {
    await browser.post('/security/disable')
    expect(browser.to).toBe('/security')
    expect(await browser.follow()).toContain('It cannot be turned off.')
    await browser.post('/security/verify', {
      purpose: 'manage_factors',
      then: 'disable',
      code: nextCode(),
    })
    await browser.confirmIt(nextCode())
    expect(await browser.follow()).toMatch(/class="state on">On/)
  })

  it('says so when a message cannot be sent', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    await browser.get('/security/sms')
    await browser.confirmIt(nextCode())
    expect(
      await browser.post('/security/sms', { country: 'DE', number: '0151 12345678' }),
    ).toContain('The message could not be sent.')
    expect(browser.lastStatus).toBe(422)
    expect(JSON.stringify(log.mock.calls)).not.toMatch(/12345678|\d{6}/)
    log.mockRestore()
  })

  it('takes password and code in one request', async () => {
    browser.cookies.delete('__Host-session')
    expect(await browser.get('/login')).toContain('Code (if two-factor is on)')
    await browser.post('/login', { ...sam, code: nextCode() })
    expect(browser.to).toBe('/overview')
    expect(browser.cookies.has('__Host-challenge')).toBe(false)
    expect(await browser.follow()).toContain('Hello Sam')
  })

  it('asks once more after a wrong code or none, and never for a wrong password', async () => {
    browser.cookies.delete('__Host-session')
    const again = await browser.post('/login', { ...sam, code: code() })
    expect([browser.lastStatus, again]).toEqual([422, expect.stringContaining('used before')])
    await browser.post('/login/code', { code: nextCode() })
    expect(browser.to).toBe('/overview')
    await browser.logIn(sam)
    expect(await browser.get('/login/code')).toContain('Two-factor code')
    const refused = await browser.post('/login', {
      email: sam.email,
      password: 'wrong',
      code: nextCode(),
    })
    expect(refused).toContain('The e-mail address or the password is not right.')
  })
})
