import { describe, expect, it } from 'vitest'
import { openOffice, type Person } from './office.ts'

const PASSWORD = 'correct horse battery'

describe('the team page', () => {
  const office = openOffice()
  let ada: Person
  let ben: Person
  let pageOfBen: string

  it("is the main account's alone", async () => {
    ada = office.person('ada@example.com')
    ben = office.person('ben@example.com')
    await Promise.all([ada.logIn(), ben.logIn()])
    expect(await ada.browser.get('/team')).toContain('Ben Bitdiddle')
    pageOfBen = /href="(\/team\/[\w-]+)"/.exec(await ada.browser.get('/team'))![1]!
    for (const path of ['/team', pageOfBen]) {
      expect(await ben.browser.get(path)).not.toContain('ben@example.com')
      expect(ben.browser.lastStatus).toBe(403)
    }
    await ben.post('/team/members', {
      name: 'Mallory',
      email: 'mallory@example.com',
      password: PASSWORD,
    })
    expect(ben.browser.lastStatus).toBe(403)
    await ben.post(`${pageOfBen}/requirement`, { rule: 'optional' })
    expect(ben.browser.lastStatus).toBe(403)
    expect(await office.portal.data.users.byEmail('mallory@example.com')).toBeNull()
  })

  it('shows and changes no member of another account', async () => {
    const eve = office.person('eve@example.com')
    await eve.post('/sign-up', { name: 'Eve', email: eve.email, password: PASSWORD })
    expect(await eve.browser.get('/team')).toContain('Nobody yet.')
    expect(await eve.browser.get(pageOfBen)).not.toContain('Ben')
    for (const path of ['requirement', 'phone', 'phone/withdraw']) {
      await eve.post(`${pageOfBen}/${path}`, {
        rule: 'required',
        country: 'DE',
        number: '0151 23456789',
      })
      expect(eve.browser.lastStatus).toBe(404)
    }
    const { data } = office.portal
    const { id } = (await data.users.byEmail(ben.email))!
    expect([await data.requirements.of(id), await data.proposedPhones.of(id)]).toEqual([
      'optional',
      null,
    ])
  })

  it('adds a member, who can log in, and says what is wrong with one', async () => {
    const cem = { name: 'Cem <i>', email: 'cem@example.com', password: PASSWORD }
    expect(await ada.browser.post('/team/members', { ...cem, password: 'short' })).toContain(
      'value="Cem &lt;i&gt;"',
    )
    expect(ada.browser.lastStatus).toBe(422)
    expect(await ada.post('/team/members', cem)).toMatch(/^\/team\/[\w-]+$/)
    await ada.post('/team/members', cem)
    expect(ada.browser.lastStatus).toBe(422)
    expect(await office.person(cem.email).logIn()).toBe('/overview')
  })

  it('proposes a number, which the member finds filled in and confirms', async () => {
    expect(await ada.browser.post(`${pageOfBen}/phone`, { country: 'DE', number: '12' })).toContain(
      'not a phone number of this country',
    )
    expect(
      await ada.browser.post(`${pageOfBen}/phone`, { country: 'DE', number: '+7 912 345 67 89' }),
    ).toContain('We cannot send messages to that country.')
    expect(await ada.post(`${pageOfBen}/phone`, { country: 'DE', number: '0151 23456789' })).toBe(
      pageOfBen,
    )
    const form = await ben.browser.get('/security/sms')
    expect(form).toContain('Your main account has proposed this number.')
    expect(form).toContain('value="01512 3456789"')
    expect(
      (await office.portal.twoFactor.status({ userId: pageOfBen.slice('/team/'.length) })).factors,
    ).toEqual([])
    await ada.post(`${pageOfBen}/phone/withdraw`)
    expect(await ben.browser.get('/security/sms')).not.toContain('3456789')
  })

  it('requires two-factor of everybody from a day on: a reminder before it, an enrollment after it', async () => {
    expect(
      await ada.browser.post('/team/requirement', { rule: 'optional', from: '2027-03-03' }),
    ).toContain('name="from" type="date" value="2027-03-03"')
    for (const [rule, word] of [
      [{ rule: 'from', from: '' }, 'Choose the day'],
      [{ rule: 'optional', from: '2027-03-03' }, 'or clear the date'],
      [{}, 'Choose the day'],
    ] as const) {
      expect(await ada.browser.post('/team/requirement', rule)).toContain(word)
      expect(ada.browser.lastStatus).toBe(422)
    }
    await ada.post('/team/requirement', { rule: 'from', from: '2027-03-03' })
    expect(await ben.browser.get('/overview')).toContain(
      '<time datetime="2027-03-03T00:00:00.000Z"',
    )
    expect(await ben.logIn()).toBe('/overview')
    office.clock.set('2027-03-03T00:00:00Z')
    expect(await ben.logIn(office.origin)).toBe('/login/enroll')
    await ben.browser.get('/overview')
    expect(ben.browser.lastHeaders.get('location')).toBe('/login')
    await ben.enroll('/login/enroll/totp')
    expect(await ben.browser.get('/overview')).not.toContain('must use two-factor')
  })

  it('goes by the strictest of both rules', async () => {
    const cem = office.person('cem@example.com')
    const page = `/team/${(await office.portal.data.users.byEmail(cem.email))!.id}`
    const rules = async (everybody: string, own: string): Promise<string | null> => {
      await office.portal.data.requirements.set(
        (await office.portal.data.users.byEmail('ada@example.com'))!.id,
        everybody as 'optional',
      )
      await office.portal.data.requirements.set(page.slice('/team/'.length), own as 'optional')
      return cem.logIn(office.origin)
    }
    expect(await rules('optional', 'optional')).toBe('/overview')
    expect(await rules('required', 'optional')).toBe('/login/enroll')
    expect(await rules('optional', 'required')).toBe('/login/enroll')
  })

  it('has a member confirm the proposed number before there is a session, and lets nobody else there', async () => {
    const cem = office.person('cem@example.com')
    const stranger = office.person('stranger@example.com')
    const page = `/team/${(await office.portal.data.users.byEmail(cem.email))!.id}`
    await ada.logIn(office.origin)
    expect(await ada.post(`${page}/phone`, { country: 'DE', number: '0151 45678901' })).toBe(page)
    expect(await cem.logIn()).toBe('/login/enroll')
    const form = await cem.browser.get('/login/enroll/sms')
    expect(form).toContain('Your main account has proposed this number.')
    expect(form).toContain('value="01514 5678901"')
    expect(form).not.toContain('backup number')
    expect(await cem.browser.post('/login/enroll/sms', { country: 'DE', number: '12' })).toContain(
      'not a phone number of this country',
    )
    expect(await cem.post('/login/enroll/sms/confirm', { code: '000000' })).toBe(
      '/login/enroll/sms',
    )
    expect(await cem.post('/login/enroll/sms', { country: 'DE', number: '0151 45678901' })).toBe(
      '/login/enroll/sms/confirm',
    )
    expect(await cem.browser.post('/login/enroll/sms/again')).toContain('Confirm your number')
    expect(cem.browser.lastStatus).toBe(429)
    for (const path of ['', '/again', '/confirm'])
      expect(
        await stranger.post(`/login/enroll/sms${path}`, {
          country: 'DE',
          number: '0151 45678901',
          code: '000000',
        }),
      ).toBe('/security')
    await stranger.browser.get('/security')
    expect(stranger.browser.lastHeaders.get('location')).toBe('/login')
    expect(cem.browser.cookies.has('__Host-session')).toBe(false)
    const code = /(\d{6}) is your Harbor Hosting code/.exec(
      await stranger.browser.get('/phone'),
    )![1]!
    expect(
      await cem.browser.post('/login/enroll/sms/confirm', {
        code: String((Number(code) + 1) % 1_000_000).padStart(6, '0'),
      }),
    ).toContain('4 attempts left')
    const enrolling = cem.browser.cookies.get('__Host-enroll')!
    expect(await cem.browser.post('/login/enroll/sms/confirm', { code })).toContain(
      'Save your backup codes',
    )
    cem.browser.cookies.set('__Host-enroll', enrolling)
    expect(await cem.post('/login/enroll/sms/confirm', { code })).toBe('/security')
    expect(await cem.browser.get('/security')).toContain('If you have not seen your backup codes')
    expect(await cem.browser.get('/security')).toContain('•••• 8901')
    expect(await office.portal.data.proposedPhones.of(page.slice('/team/'.length))).toBeNull()
  })
})
