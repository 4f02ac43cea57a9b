import { describe, expect, it } from 'vitest'
import { until } from '../../loopback.ts'
import { openOffice, type Person } from './office.ts'

const forBen = { email: 'ben@example.com', reason: 'Called back, phone stolen' }

describe('the support page', () => {
  const office = openOffice()
  let sam: Person
  let ben: Person
  const statusOfBen = async () => {
    const {
      data: { users },
      twoFactor,
    } = office.portal
    return twoFactor.status({ userId: (await users.byEmail(forBen.email))!.id })
  }

  it('is closed to customers', async () => {
    ben = office.person(forBen.email)
    await ben.logIn()
    await ben.enroll()
    await ben.browser.get('/support')
    expect(ben.browser.lastStatus).toBe(403)
    for (const path of ['code', 'reset', 'look-up']) {
      await ben.post(`/support/${path}`, forBen)
      expect(ben.browser.lastStatus).toBe(403)
    }
    expect(await statusOfBen()).toMatchObject({ enrolled: true, supportCodeUntil: null })
  })

  it('is open to staff, who cannot log in without a second factor', async () => {
    sam = office.person('sam@example.com')
    expect(await sam.logIn()).toBe('/login/enroll')
    await sam.enroll('/login/enroll/totp')
    expect(await sam.browser.get('/support')).toContain('Issue support code')
  })

  it('says what is missing, and does nothing', async () => {
    for (const [wrong, word] of [
      [{ email: 'nobody@example.com' }, 'There is no account'],
      [{ reason: ' ' }, 'Say why'],
      [{ email: sam.email }, 'Ask a colleague'],
      [{ email: 'ada@example.com' }, 'nothing to recover'],
    ] as const) {
      expect(await sam.browser.post('/support/code', { ...forBen, ...wrong })).toContain(word)
      expect(sam.browser.lastStatus).toBe(422)
    }
    expect(await sam.browser.post('/support/look-up', { email: 'nobody@example.com' })).toContain(
      'There is no account',
    )
    expect((await statusOfBen()).supportCodeUntil).toBeNull()
  })

  it('issues a code that lets the customer set up two-factor anew; the customer is told by mail', async () => {
    const page = await sam.browser.post('/support/code', forBen)
    const supportCode = /id="support-code"[^>]*>([^<]+)</.exec(page)![1]!
    const outbox = await until(
      'the mail',
      async () =>
        /<h2>Our support issued a code for you<\/h2>[^]*?<strong>([^<]+)/.exec(
          await sam.browser.get('/outbox'),
        ) ?? undefined,
    )
    expect(outbox[1]).toBe(forBen.email)
    const customer = await sam.browser.get((await sam.post('/support/look-up', forBen))!)
    expect(customer).toContain('Support code issued by sam@example.com: Called back, phone stolen')
    expect(customer).not.toContain(supportCode)
    await ben.logIn(office.origin)
    expect(await ben.post('/login/code', { with: 'backup', code: supportCode })).toBe(
      '/login/enroll',
    )
    await ben.enroll('/login/enroll/totp')
    expect(await sam.browser.get((await sam.post('/support/look-up', forBen))!)).toContain(
      'Logged in with support code',
    )
  })

  it('asks for a fresh code before it does anything', async () => {
    office.clock.advance({ minutes: 11 })
    for (const path of ['code', 'reset'])
      expect(await sam.post(`/support/${path}`, forBen)).toMatch(
        /^\/security\/verify\?purpose=support/,
      )
    expect(await statusOfBen()).toMatchObject({ enrolled: true, supportCodeUntil: null })
  })

  it('resets, which ends the sessions of the customer', async () => {
    const asked = (await sam.post('/support/reset', forBen))!
    await sam.browser.get(asked)
    const page = (await sam.confirm(asked))!
    expect(page).toMatch(/^\/support\/customers\//)
    await ben.browser.get('/overview')
    expect(ben.browser.lastStatus).toBe(200)
    const shown = await sam.browser.post('/support/reset', forBen)
    const supportCode = /id="support-code"[^>]*>([^<]+)</.exec(shown)![1]!
    expect(await sam.browser.get(page)).toContain('Two-factor reset by sam@example.com')
    expect((await statusOfBen()).enrolled).toBe(false)
    await ben.browser.get('/overview')
    expect(ben.browser.lastHeaders.get('location')).toBe('/login')
    expect(await ben.logIn(office.origin)).toBe('/login/code')
    const asksFor = await ben.browser.get('/login/code')
    expect(asksFor).toContain('Support code')
    expect(asksFor).not.toContain('Use a backup code')
    expect(await ben.browser.post('/login/code', { code: '0000-0000-0000-0000' })).toContain(
      'Ask for another one',
    )
    expect(await ben.post('/login/code', { code: supportCode })).toBe('/login/enroll')
    await ben.enroll('/login/enroll/totp')
    expect((await statusOfBen()).enrolled).toBe(true)
  })

  it('ends a lock, and says how many codes were wrong', async () => {
    await ben.logIn(office.origin)
    for (let n = 0; n < 5; n++) await ben.post('/login/code', { code: '000000' })
    expect((await statusOfBen()).lockedUntil).not.toBeNull()
    const page = (await sam.post('/support/unlock', forBen))!
    expect(await sam.browser.get(page)).toContain('Lock ended by sam@example.com')
    expect((await statusOfBen()).lockedUntil).toBeNull()
  })

  it('a remembered device is too little', async () => {
    await sam.logIn(office.origin)
    await sam.post('/login/code', { code: sam.code(), remember: 'on' })
    expect(await sam.logIn()).toBe('/overview')
    await sam.browser.get('/support')
    const asked = sam.browser.lastHeaders.get('location')!
    expect(asked).toBe('/security/verify?purpose=support&then=%2Fsupport')
    await sam.browser.get(asked)
    expect(await sam.confirm(asked)).toBe('/support')
    expect(await sam.browser.get('/support')).toContain('Issue support code')
  })

  it('and nothing at all, when the second factor of the staff is gone: the session has ended', async () => {
    const {
      data: { users },
      twoFactor,
    } = office.portal
    const userId = (await users.byEmail(sam.email))!.id
    await twoFactor.recovery.reset({ userId, actor: 'test', reason: 'test' })
    const forAda = { email: 'ada@example.com', reason: 'Called back' }
    expect(await sam.post('/support/reset', forAda)).toBe('/login')
    expect(
      (await twoFactor.status({ userId: (await users.byEmail(forAda.email))!.id })).activity,
    ).toEqual([])
  })
})
