import { describe, expect, it } from 'vitest'
import { Browser } from '../../browser.ts'
import { openOffice, type Person } from './office.ts'

describe('the control panel', () => {
  const office = openOffice()
  let ada: Person
  const panel = (): Promise<string | null> => ada.logIn(office.panelOrigin)

  it('lets in with the password alone while there is nothing else', async () => {
    ada = office.person('ada@example.com')
    await ada.browser.get('/')
    expect(await panel()).toBe('/')
    expect(await ada.browser.get('/')).toContain('<h1>Control panel</h1>')
    await ada.post('/login', { email: ada.email, password: 'wrong horse battery' })
    expect(ada.browser.lastStatus).toBe(422)
  })

  it('has sessions of its own: one of the portal is none here', async () => {
    await ada.logIn(office.origin)
    const stranger = new Browser(office.panelOrigin)
    for (const name of ['__Host-session', '__Host-panel'])
      stranger.cookies.set(name, ada.browser.cookies.get('__Host-session')!)
    await stranger.get('/')
    expect(stranger.lastHeaders.get('location')).toBe('/login')
  })

  it('shares the enrollment: a code of the authenticator that was set up in the portal lets in, once', async () => {
    await ada.enroll()
    const code = ada.code()
    expect(await panel()).toBe('/login/code')
    await ada.browser.get('/')
    expect(ada.browser.lastHeaders.get('location')).toBe('/login')
    expect(await ada.post('/login/code', { code })).toBe('/')
    expect(await ada.browser.get('/')).toContain('class="state on"')
    await ada.logIn(office.origin)
    expect(await ada.browser.post('/login/code', { code })).toContain('That code was used before.')
  })

  it('counts attempts together with the portal', async () => {
    await panel()
    expect(await ada.browser.post('/login/code', { code: '000000' })).toContain('4 attempts left')
    await ada.logIn(office.origin)
    expect(await ada.browser.post('/login/code', { code: '000000' })).toContain('3 attempts left')
    await panel()
    await ada.post('/login/code', { code: ada.code() })
    expect(await ada.browser.get('/')).toContain('2 wrong codes before this login: was this you?')
  })

  it('leaves support codes to the portal, unspent', async () => {
    const { twoFactor, data } = office.portal
    const { id: userId } = (await data.users.byEmail(ada.email))!
    const issued = await twoFactor.recovery.issueSupportCode({
      userId,
      actor: 'test',
      reason: 'test',
    })
    if (issued.outcome !== 'accepted') throw new Error(issued.reason)
    const code = issued.supportCode.reveal()
    await panel()
    for (const kind of ['', 'backup']) {
      await ada.browser.post('/login/code', { code, with: kind })
      expect(ada.browser.lastStatus).toBe(422)
    }
    expect((await twoFactor.status({ userId })).supportCodeUntil).not.toBeNull()
    await ada.logIn(office.origin)
    expect(await ada.post('/login/code', { code, with: 'backup' })).toBe('/login/enroll')
  })

  it('takes a backup code and a code by text message, which names the panel', async () => {
    const { twoFactor, data } = office.portal
    const { id: userId } = (await data.users.byEmail('ben@example.com'))!
    await twoFactor.sms.import({ userId, number: '+4915123456789', confirmedAt: office.clock() })
    ada = office.person('ben@example.com')
    await panel()
    expect(await ada.browser.get('/login/code')).toContain('Send SMS code to')
    await ada.post('/login/code/sms', { to: 'primary' })
    ada.browser.cookies.delete('__Host-notice')
    const [text] = await data.messages.newest(1)
    expect(text!.body).toContain('Harbor Hosting Control Panel code')
    expect(await ada.post('/login/code', { code: /\d{6}/.exec(text!.body)![0] })).toBe('/')
  })

  it('sends whoever must set up two-factor to the portal, without a session', async () => {
    const sam = office.person('sam@example.com')
    await sam.logIn(office.panelOrigin)
    expect(sam.browser.lastStatus).toBe(422)
    expect(sam.browser.cookies.has('__Host-panel')).toBe(false)
    expect(
      await sam.browser.post('/login', { email: sam.email, password: 'correct horse battery' }),
    ).toContain(`href="${office.origin}/login"`)
  })

  it('refuses what another site sends', async () => {
    expect(
      (
        await fetch(`${office.panelOrigin}/login`, {
          method: 'POST',
          headers: { origin: 'https://elsewhere.example' },
        })
      ).status,
    ).toBe(403)
  })
})
