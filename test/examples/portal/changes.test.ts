import { expect, it } from 'vitest'
import { describeWith } from '../programs.ts'
import { afterPassword, logInByCode } from './log-in.ts'
import { openHouse } from './open-house.ts'

describeWith(['chromium', 'oathtool'], 'the portal in Chromium: changes that cost a code', () => {
  const house = openHouse()

  it('makes new backup codes for a code, and ends the old ones', async () => {
    const account = await house.accounts.addEnrolled()
    const ada = await logInByCode(house, account)
    await ada.open('/security')
    await ada.press('New backup codes')
    await ada.on('Confirm it is you')
    await ada.typeCode(account.phone.code())
    await ada.on('Save your backup codes')
    const codes = await ada.page.locator('#backup-codes li').allInnerTexts()
    await ada.page.reload()
    expect(await ada.page.getByText(codes[0]!).count()).toBe(0)
    await ada.open('/security')
    await ada.press('Log out')
    await ada.typePassword(account)
    await ada.follow('Use a backup code')
    await ada.type({ 'Backup code': account.backupCodes[0]! })
    await ada.press('Continue')
    expect(await ada.alert()).toContain('not right')
    await ada.type({ 'Backup code': codes[0]! })
    await ada.press('Continue')
    await ada.on('Overview')
  })

  it('turns two-factor off by a code, not by a wrong one, and asks for none afterwards', async () => {
    const account = await house.accounts.addEnrolled()
    const ada = await logInByCode(house, account)
    await ada.open('/security')
    await ada.press('Turn off two-factor')
    await ada.on('Confirm it is you')
    await ada.typeCode(account.phone.wrongCode())
    expect(await ada.alert()).toContain('4 attempts left')
    await ada.typeCode(account.phone.code())
    await ada.on('Security')
    await ada.sees('Two-factor is off')
    await ada.press('Log out')
    await ada.typePassword(account)
    await ada.on('Overview')
  })

  it('changes the password: other sessions and remembered devices end, the second factor stays', async () => {
    const account = await house.accounts.addEnrolled()
    const elsewhere = await afterPassword(house, account)
    await elsewhere.field('Remember this device for 30 days').check()
    await elsewhere.typeCode(account.phone.code())
    await elsewhere.on('Overview')
    house.clock.advance({ seconds: 30 })
    const ada = await logInByCode(house, account)
    await ada.open('/security/password')
    const password = 'a new and longer one'
    await ada.type({ 'Current password': account.password, 'New password': password })
    await ada.press('Change password')
    await ada.on('Security')
    await elsewhere.open('/overview')
    await elsewhere.on('Log in')
    await elsewhere.typePassword({ ...account, password })
    await elsewhere.on('Two-factor code')
    await elsewhere.typeCode(account.phone.code())
    await elsewhere.on('Overview')
  })
})
