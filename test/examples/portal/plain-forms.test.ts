import { generateTotp, OtpKey } from 'keystep/otp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configurationFrom } from '../../../examples/portal/configuration.ts'
import { DEMO_PASSWORD } from '../../../examples/portal/demo-accounts.ts'
import { type Started, startPortal } from '../../../examples/portal/start.ts'
import { Walker } from './walker.ts'

// The main path without a browser and without the portal's script, by a clock of its own.
describe('the portal, over HTTP', () => {
  let portal: Started
  let browser: Walker
  let key: OtpKey
  let backupCodes: string[] = []
  let clock = new Date('2027-01-15T10:00:00Z')

  const ada = { email: 'ada@example.com', password: DEMO_PASSWORD }
  const advance = (seconds: number): void => {
    clock = new Date(clock.getTime() + seconds * 1000)
  }
  const code = (): string => generateTotp(key, { at: clock })
  const nextCode = (): string => {
    advance(30)
    return code()
  }
  const wrongCode = (): string => String((Number(code()) + 1) % 1_000_000).padStart(6, '0')
  beforeAll(async () => {
    portal = await startPortal(configurationFrom({ PORT: '0' }), { now: () => clock })
    browser = new Walker(portal.origin)
  })
  afterAll(() => portal.close())

  it('signs up, and says what is wrong with a form', async () => {
    expect(
      await browser.post('/sign-up', { name: '<i>', email: 'nobody', password: 'short' }),
    ).toContain('value="&lt;i&gt;"')
    expect(browser.lastStatus).toBe(422)
    await browser.post('/sign-up', {
      name: 'Eve',
      email: 'Eve@Example.com ',
      password: 'a long password',
    })
    expect([browser.lastStatus, browser.to]).toEqual([303, '/overview'])
    expect(await browser.follow()).toContain('Hello Eve')
    await browser.post('/sign-up', {
      name: 'Eve',
      email: 'eve@example.com',
      password: 'a long password',
    })
    expect(browser.lastStatus).toBe(422)
  })

  it('a body that is no form is a form with nothing in it', async () => {
    const sent = {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data', 'origin': portal.origin },
      body: 'no parts',
    }
    const response = await fetch(`${portal.origin}/login`, sent)
    expect([response.status, await response.text()]).toEqual([
      422,
      expect.stringContaining('is not right'),
    ])
  })

  it('logs in by password alone while there is nothing else, under a new session each time', async () => {
    await browser.post('/login', { ...ada, password: 'wrong' })
    expect(browser.lastStatus).toBe(422)
    expect(await browser.logIn(ada)).toContain('Hello Ada Lovelace')
    const before = browser.cookies.get('__Host-session')
    await browser.logIn(ada)
    expect(browser.cookies.get('__Host-session')).not.toBe(before)
  })

  it('its pages allow nothing inline, are kept by nobody and are framed by nobody', async () => {
    const page = await browser.get('/security')
    expect(page).not.toMatch(/<script>|style=|onclick/)
    expect(browser.lastHeaders.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/,
    )
    expect(browser.lastHeaders.get('cache-control')).toBe('no-store')
    expect(browser.lastHeaders.get('referrer-policy')).toBe('no-referrer')
  })

  it('refuses what another site sends, and shows nothing to who is not logged in', async () => {
    const headers = {
      origin: 'https://elsewhere.example',
      cookie: `__Host-session=${browser.cookies.get('__Host-session')!}`,
    }
    expect(
      (await fetch(`${portal.origin}/security/disable`, { method: 'POST', headers })).status,
    ).toBe(403)
    const stranger = new Walker(portal.origin)
    for (const path of ['/overview', '/security', '/security/totp', '/nowhere']) {
      await stranger.get(path)
      expect(stranger.to, path).toBe('/login')
    }
  })

  it('enables an authenticator: the same key after a typo, help when the clock is off, ten backup codes', async () => {
    const shown = await browser.get('/security/totp')
    key = OtpKey.fromBase32(
      /id="manual-key"[^>]*>([A-Z2-7 ]+)</.exec(shown)![1]!.replaceAll(' ', ''),
    )
    const again = await browser.post('/security/totp', { name: 'My <phone>', code: wrongCode() })
    expect(again).toContain('That code is not right.')
    expect(again).toContain('My &lt;phone&gt;')
    const early = generateTotp(key, { at: new Date(clock.getTime() - 120_000) })
    expect(await browser.post('/security/totp', { code: early })).toContain(
      'clock is 2 minutes behind',
    )
    const before = browser.cookies.get('__Host-session')
    const confirmed = await browser.post('/security/totp', { name: 'My <phone>', code: code() })
    expect(browser.lastStatus).toBe(200)
    backupCodes = [...confirmed.matchAll(/<li><code>([^<]+)</g)].map(([, one]) => one!)
    expect(new Set(backupCodes).size).toBe(10)
    expect(browser.cookies.get('__Host-session')).not.toBe(before)
    const page = await browser.get('/security')
    expect(page).toMatch(/class="state on">On/)
    expect(page).toContain('<strong>My &lt;phone&gt;</strong>')
  })

  it('then asks for a code: attempts left, a lock with its end, and what went before', async () => {
    expect(await browser.logIn(ada)).toContain('Two-factor code')
    expect(browser.cookies.has('__Host-session')).toBe(false)
    expect(await browser.post('/login/code', { code: '12' })).toContain('A code has 6 digits.')
    expect(await browser.post('/login/code', { code: wrongCode() })).toContain('4 attempts left')
    for (const left of [3, 2, 1])
      expect(await browser.post('/login/code', { code: wrongCode() })).toContain(`${left} attempt`)
    expect(await browser.post('/login/code', { code: wrongCode() })).toContain(
      'Too many wrong codes',
    )
    expect(browser.lastStatus).toBe(429)
    advance(61)
    await browser.post('/login/code', { code: ` ${code().replace(/^.../, '$& ')} ` })
    expect(browser.to).toBe('/overview')
    expect(await browser.follow()).toContain('5 wrong codes before this login: was this you?')
  })

  it('takes a backup code once, and a form that was sent twice leads into the session', async () => {
    await browser.logIn(ada)
    const challenge = browser.cookies.get('__Host-challenge')!
    await browser.post('/login/code', { with: 'backup', code: backupCodes[0]!.toLowerCase() })
    expect(browser.to).toBe('/overview')
    browser.cookies.set('__Host-challenge', challenge)
    await browser.post('/login/code', { with: 'backup', code: backupCodes[0]! })
    expect(browser.to).toBe('/login')
    await browser.follow()
    expect(browser.to).toBe('/overview')
    await browser.logIn(ada)
    expect(await browser.post('/login/code', { with: 'backup', code: backupCodes[0]! })).toContain(
      'used before',
    )
    expect(await browser.get('/outbox')).toContain('A backup code was used')
  })

  it('remembers a device, and forgets it', async () => {
    await browser.logIn(ada)
    await browser.post('/login/code', { code: nextCode(), remember: 'on' })
    expect(await browser.logIn(ada)).toContain('Hello Ada')
    expect(await browser.get('/security')).toContain('Forget all devices')
    await browser.post('/security/devices/revoke-all')
    expect(await browser.logIn(ada)).toContain('Two-factor code')
    await browser.post('/login/code', { code: nextCode() })
    expect(browser.to).toBe('/overview')
  })

  it('adds a number by step-up, and logs in by message', async () => {
    await browser.get('/security/sms')
    await browser.confirmIt(nextCode())
    expect(await browser.follow()).toContain('Add a phone number')
    expect(await browser.post('/security/sms', { country: 'DE', number: '12' })).toContain(
      'not a phone number of this country',
    )
    await browser.post('/security/sms', { country: 'DE', number: '0151 1234 5678' })
    expect(await browser.follow()).toContain('Confirm your number')
    expect(await browser.post('/security/sms/confirm', { code: '000000' })).toContain(
      'attempts left',
    )
    await browser.post('/security/sms/again')
    expect(browser.lastStatus).toBe(429)
    await browser.post('/security/sms/confirm', { code: await newestMessage('+4915112345678') })
    expect(browser.to).toBe('/security')
    advance(60)
    expect(await browser.logIn(ada)).toContain(
      'Send SMS code to <span class="whole">•••• 5678</span>',
    )
    await browser.post('/login/code/sms', { to: 'primary' })
    expect(browser.to).toBe('/login/code')
    expect(await browser.post('/login/code/sms', { to: 'primary' })).toContain(
      'You can have another message at',
    )
    await browser.post('/login/code', { code: await newestMessage('+4915112345678') })
    expect(browser.to).toBe('/overview')
  })

  it('asks for a code of its own before each change: new backup codes, remove, turn off', async () => {
    await browser.post('/security/backup-codes')
    const page = await browser.confirmIt(nextCode())
    expect(page).toContain('Save your backup codes')
    expect(page).not.toContain(backupCodes[1]!)
    const factorId = /factors\/([\w-]+)\/remove/.exec(await browser.get('/security'))![1]!
    await browser.post(`/security/factors/${factorId}`, { name: 'Old phone' })
    expect(await browser.get('/security')).toContain('<strong>Old phone</strong>')
    await browser.post(`/security/factors/${factorId}/remove`)
    expect(await browser.confirmIt('000000')).toContain('Confirm it is you')
    expect(browser.lastStatus).toBe(422)
    await browser.post('/security/disable')
    await browser.confirmIt(nextCode())
    expect(browser.to).toBe('/security')
    expect(await browser.get('/security')).toMatch(/class="state off">Off/)
    expect(await browser.logIn(ada)).toContain('Hello Ada')
  })

  it('asks for the password again when it is old, and for both to change it; that ends the other sessions', async () => {
    const other = new Walker(portal.origin)
    await other.post('/login', ada)
    advance(601)
    await browser.get('/security/totp')
    expect(browser.to).toBe('/confirm-password?then=%2Fsecurity%2Ftotp')
    await browser.post('/confirm-password', {
      then: '//elsewhere.example',
      password: DEMO_PASSWORD,
    })
    expect(browser.to).toBe('/security')
    expect(
      await browser.post('/security/password', { current: 'wrong', next: 'a new long password' }),
    ).toContain('That is not your password.')
    expect(
      await browser.post('/security/password', { current: DEMO_PASSWORD, next: DEMO_PASSWORD }),
    ).toContain('That is the password that you have.')
    await browser.post('/security/password', {
      current: DEMO_PASSWORD,
      next: 'a new long password',
    })
    expect(await browser.follow()).toContain('Password changed')
    await other.get('/overview')
    expect(other.to).toBe('/login')
  })

  async function newestMessage(number: string): Promise<string> {
    const [, text = ''] =
      new RegExp(`${number.replace('+', '\\+')}[^]*?class="text">([^<]*)<`).exec(
        await browser.get('/phone'),
      ) ?? []
    return /\d{6}/.exec(text)![0]
  }
})
