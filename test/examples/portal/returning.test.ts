import { expect, it } from 'vitest'
import { describeWith } from '../programs.ts'
import { afterPassword, atTheCode, logInAgain } from './log-in.ts'
import { openHouse } from './open-house.ts'
import { faultsOf } from './page-check.ts'

describeWith(
  ['chromium', 'oathtool'],
  'the portal in Chromium: devices that are remembered, pages that are opened again',
  () => {
    const house = openHouse()

    it('remembers the device that is told to, and no other, until it is forgotten', async () => {
      const { ada, account } = await atTheCode(house)
      await ada.field('Remember this device for 30 days').check()
      await ada.typeCode(account.phone.code())
      await ada.on('Overview')
      await logInAgain(ada, house, account)
      await ada.on('Overview')
      const elsewhere = await afterPassword(house, account)
      await elsewhere.on('Two-factor code')
      await ada.open('/security')
      await ada.press('Forget Chrome on Linux')
      await ada.on('Security')
      await logInAgain(ada, house, account)
      await ada.on('Two-factor code')
    })

    it('forgets a device after 30 days', async () => {
      const { ada, account } = await atTheCode(house)
      await ada.field('Remember this device for 30 days').check()
      await ada.typeCode(account.phone.code())
      await ada.on('Overview')
      house.clock.advance({ days: 29 })
      await ada.typePassword(account)
      await ada.on('Overview')
      await ada.press('Log out')
      house.clock.advance({ days: 1 })
      await ada.typePassword(account)
      await ada.on('Two-factor code')
    })

    it('leads back to the password when the login took too long', async () => {
      const { ada, account } = await atTheCode(house)
      house.clock.advance({ seconds: 301 })
      await ada.typeCode(account.phone.code())
      await ada.on('Log in')
      await ada.sees('This took too long. Log in again.')
    })

    it('logs in once by a double click', async () => {
      const { ada, account } = await atTheCode(house)
      await ada.follow('Use a backup code')
      await ada.type({ 'Backup code': account.backupCodes[0]! })
      await ada.button('Continue').dblclick()
      await ada.on('Overview')
      expect((await house.twoFactor.status(account)).backupCodesLeft).toBe(9)
    })

    it('gives nothing away by the back button, and draws the code page anew when it is loaded again', async () => {
      const { ada, account } = await atTheCode(house)
      await ada.page.reload()
      await ada.on('Two-factor code')
      await ada.typeCode(account.phone.code())
      await ada.on('Overview')
      await ada.page.goBack()
      await ada.on('Overview')
      await ada.press('Log out')
      await ada.on('Log in')
      await ada.page.goBack()
      await ada.on('Log in')
    })

    it('starts over', async () => {
      const { ada, account } = await atTheCode(house)
      await ada.follow('Start over')
      await ada.on('Log in')
      await ada.typePassword(account)
      await ada.on('Two-factor code')
    })
  },
)

describeWith(
  ['chromium', 'oathtool'],
  'the portal in Chromium: password and code on one page',
  () => {
    const house = openHouse({ PORTAL_ONE_PAGE: '1' })
    const CODE = 'Code (if two-factor is on)'

    it('logs in with both in one request, and with the password alone where two-factor is off', async () => {
      const ada = await house.visitor()
      const account = await house.accounts.addEnrolled()
      await ada.open('/login')
      expect(await faultsOf(ada)).toEqual([])
      await ada.type({
        'E-mail address': account.email,
        'Password': account.password,
        [CODE]: account.phone.code(),
      })
      await ada.press('Log in')
      await ada.on('Overview')
      const ben = await afterPassword(house, await house.accounts.add())
      await ben.on('Overview')
    })

    it('goes on to the code page when the code is missing or wrong', async () => {
      const account = await house.accounts.addEnrolled()
      const ada = await afterPassword(house, account)
      await ada.on('Two-factor code')
      await ada.open('/login')
      await ada.type({
        'E-mail address': account.email,
        'Password': account.password,
        [CODE]: account.phone.wrongCode(),
      })
      await ada.press('Log in')
      await ada.on('Two-factor code')
      expect(await ada.alert()).toContain('4 attempts left')
      await ada.typeCode(account.phone.code())
      await ada.on('Overview')
    })
  },
)
