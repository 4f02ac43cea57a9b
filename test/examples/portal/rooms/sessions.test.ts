import { describe, expect, it } from 'vitest'
import { Browser } from '../../browser.ts'
import { openOffice, type Person } from './office.ts'

describe('the sessions of the portal', () => {
  const office = openOffice()
  let ada: Person
  /** The same person in a second browser, or somebody with what that one holds. */
  const isOpen = async (browser: Browser): Promise<boolean> => {
    await browser.get('/security')
    return browser.lastHeaders.get('location') !== '/login'
  }
  /** Logs in from another browser, by a code where one is asked for; ada stays where she is. */
  const elsewhere = async (origin = office.origin): Promise<Browser> => {
    const own = ada.browser
    if ((await ada.logIn(origin)) === '/login/code')
      await ada.post('/login/code', { code: ada.code() })
    const other = ada.browser
    ada.browser = own
    return other
  }
  const remove = async (path: string): Promise<void> => {
    const asked = await ada.post(path)
    await ada.browser.get(asked!)
    expect(await ada.confirm(asked!)).toBe('/security')
  }

  it('V32: the first authenticator ends those of before, and goes on in a new one', async () => {
    ada = office.person('ada@example.com')
    await ada.logIn(office.origin)
    const other = await elsewhere()
    expect(await isOpen(other)).toBe(true)
    await ada.enroll()
    expect(await isOpen(other)).toBe(false)
    expect(await isOpen(ada.browser)).toBe(true)
  })

  it('V32: switching off ends every other one, those of the control panel, too, and not its own', async () => {
    const thief = await elsewhere()
    const panel = await elsewhere(office.panelOrigin)
    await panel.get('/')
    expect(panel.lastHeaders.get('location')).toBeNull()
    expect(await isOpen(thief)).toBe(true)
    await remove('/security/disable')
    expect(await isOpen(ada.browser)).toBe(true)
    expect(await isOpen(thief)).toBe(false)
    await panel.get('/')
    expect(panel.lastHeaders.get('location')).toBe('/login')
  })

  it('an authenticator removed beside another one ends them, too', async () => {
    await ada.enroll()
    const { twoFactor, data } = office.portal
    const { id: userId } = (await data.users.byEmail(ada.email))!
    const key = new Uint8Array(20).fill(7)
    const imported = await twoFactor.totp.import({ userId, key })
    if (imported.outcome !== 'accepted') throw new Error(imported.reason)
    const thief = await elsewhere()
    expect(await isOpen(thief)).toBe(true)
    await remove(`/security/factors/${imported.factorId}/remove`)
    expect(await isOpen(thief)).toBe(false)
    expect(await isOpen(ada.browser)).toBe(true)
  })

  it('a new password ends every other one, whichever process opened it', async () => {
    const thief = await elsewhere()
    const { data } = office.portal
    const { id: userId } = (await data.users.byEmail(ada.email))!
    await office.portal.twoFactor.recovery.passwordChanged({ userId })
    expect(await isOpen(thief)).toBe(false)
    expect(await isOpen(ada.browser)).toBe(false)
  })
})
