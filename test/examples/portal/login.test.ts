import { expect, it } from 'vitest'
import { challenge, login } from '../../flow/house.ts'
import { describeWith } from '../programs.ts'
import type { Enrolled } from './accounts.ts'
import { openHouse } from './open-house.ts'
import { faultsOf } from './page-check.ts'
import type { Visitor } from './visitor.ts'

const PASSWORD = 'correct horse battery'

describeWith(['chromium', 'oathtool'], 'the portal in Chromium: sign-up and login', () => {
  const house = openHouse()

  /** A new visitor who has typed the password of a new account with an authenticator. */
  const atTheCode = async (): Promise<{ ada: Visitor; account: Enrolled }> => {
    const account = await house.accounts.addEnrolled()
    const ada = await house.visitor()
    await ada.typePassword(account)
    await ada.on('Two-factor code')
    return { ada, account }
  }
  const again = async (ada: Visitor, account: Enrolled): Promise<void> => {
    await ada.press('Log out')
    house.clock.advance({ seconds: 30 })
    await ada.typePassword(account)
  }

  it('signs up, out and in by password alone, while two-factor is off', async () => {
    const ada = await house.visitor()
    await ada.open('/login')
    await ada.follow('Create an account')
    await ada.on('Create your account')
    await ada.type({ Name: '<i>Ada', 'E-mail address': 'ada.new@example.com', Password: PASSWORD })
    await ada.press('Create account')
    await ada.on('Overview')
    await ada.press('Log out')
    await ada.on('Log in')
    await ada.type({ 'E-mail address': 'ADA.new@example.com', Password: 'wrong' })
    await ada.press('Log in')
    expect(await ada.alert()).toBe('The e-mail address or the password is not right.')
    expect(await ada.field('E-mail address').inputValue()).toBe('ADA.new@example.com')
    await ada.type({ Password: PASSWORD })
    await ada.press('Log in')
    await ada.on('Overview')
    await ada.sees('<i>Ada')
  })

  it('tells at sign-up what is wrong with which field, and keeps the others', async () => {
    const ada = await house.visitor()
    await ada.open('/sign-up')
    await ada.type({ Name: 'Ada', 'E-mail address': 'sam@example.com', Password: 'short' })
    await ada.press('Create account')
    expect(await ada.alert()).toContain('not made yet')
    await ada.hasFocus('Password')
    expect(await ada.field('Name').inputValue()).toBe('Ada')
    await ada.type({ Password: PASSWORD })
    await ada.press('Create account')
    await ada.sees('There is an account with this address already')
    expect(await ada.field('E-mail address').getAttribute('aria-invalid')).toBe('true')
  })

  it('asks for a code: has no session before it, counts down the attempts, and tells of them afterwards', async () => {
    const { ada, account } = await atTheCode()
    expect((await ada.context.cookies()).map(({ name }) => name)).toEqual(['__Host-challenge'])
    for (const left of ['4 attempts', '3 attempts', '2 attempts']) {
      await ada.typeCode(account.phone.wrongCode())
      expect(await ada.alert()).toBe(`That code is not right. ${left} left.`)
    }
    await ada.typeCode('12345')
    expect(await ada.alert()).toBe('A code has 6 digits.')
    await ada.typeCode(account.phone.code())
    await ada.on('Overview')
    await ada.sees('3 wrong codes before this login: was this you?')
    await again(ada, account)
    await ada.typeCode(account.phone.code())
    await ada.on('Overview')
    expect(await ada.page.getByText('was this you?').count()).toBe(0)
  })

  it('takes a code that is one step late, and none that is older', async () => {
    const { ada, account } = await atTheCode()
    house.clock.advance({ seconds: 90 })
    await ada.typeCode(account.phone.code(-3))
    expect(await ada.alert()).toContain('4 attempts left')
    await ada.typeCode(account.phone.code(-1))
    await ada.on('Overview')
  })

  it('takes no code twice', async () => {
    const { ada, account } = await atTheCode()
    const code = account.phone.code()
    await ada.typeCode(code)
    await ada.on('Overview')
    await ada.press('Log out')
    await ada.typePassword(account)
    await ada.typeCode(code)
    expect(await ada.alert()).toBe('That code was used before. Wait for the next one.')
  })

  it('takes a code that is pasted with a space in it', async () => {
    const { ada, account } = await atTheCode()
    await ada.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await ada.page.evaluate((text) => navigator.clipboard.writeText(text), ` ${account.phone.code().replace(/(...)/, '$1 ')}\n`)
    await ada.field('Code').focus()
    await ada.page.keyboard.press('Control+V')
    await ada.on('Overview')
  })

  it('locks after five wrong codes, counts the seconds down, and opens by the clock', async () => {
    const { ada, account } = await atTheCode()
    await ada.page.clock.install({ time: house.clock() })
    for (let wrong = 0; wrong < 5; wrong++) await ada.typeCode(account.phone.wrongCode())
    expect(await ada.alert()).toContain('Too many wrong codes. Try again at')
    const until = new Date(house.clock().getTime() + 30_000).toISOString()
    expect(await ada.page.getByRole('alert').locator('time').getAttribute('datetime')).toBe(until)
    await ada.sees(/\(0:(30|29)\)/)
    await ada.page.clock.fastForward(15_000)
    await ada.sees(/\(0:1[0-5]\)/)
    await ada.typeCode(account.phone.code())
    expect(await ada.alert()).toContain('Too many wrong codes')
    house.clock.advance({ seconds: 30 })
    await ada.typeCode(account.phone.code())
    await ada.on('Overview')
  })

  it('switches codes off after fifty wrong ones, and lets a backup code in', async () => {
    const account = await house.accounts.addEnrolled()
    for (let wrong = 0; wrong < 50; wrong++) {
      house.clock.advance({ hours: 1 })
      await login(house.twoFactor, account.userId, account.phone.wrongCode())
    }
    const ada = await house.visitor()
    await ada.typePassword(account)
    await ada.typeCode(account.phone.code())
    expect(await ada.alert()).toContain('Use a backup code, or ask support.')
    await ada.follow('Use a backup code')
    await ada.type({ 'Backup code': account.backupCodes[0]! })
    await ada.press('Continue')
    await ada.on('Overview')
  })

  it('takes a backup code as it is written down, once, and warns when three are left', async () => {
    const { ada, account } = await atTheCode()
    for (const code of account.backupCodes.slice(3, 9)) await login(house.twoFactor, account.userId, code)
    await ada.follow('Use a backup code')
    await ada.type({ 'Backup code': account.backupCodes[0]!.toLowerCase().replaceAll('-', ' ') })
    await ada.press('Continue')
    await ada.on('Overview')
    await ada.sees('Only 3 backup codes left')
    await again(ada, account)
    await ada.follow('Use a backup code')
    await ada.type({ 'Backup code': account.backupCodes[0]! })
    await ada.press('Continue')
    expect(await ada.alert()).toContain('was used before')
  })

  it('remembers the device that is told to, and no other, until it is forgotten', async () => {
    const { ada, account } = await atTheCode()
    await ada.field('Remember this device for 30 days').check()
    await ada.typeCode(account.phone.code())
    await ada.on('Overview')
    await again(ada, account)
    await ada.on('Overview')
    const elsewhere = await house.visitor()
    await elsewhere.typePassword(account)
    await elsewhere.on('Two-factor code')
    await ada.open('/security')
    await ada.press('Forget Chrome on Linux')
    await ada.on('Security')
    await again(ada, account)
    await ada.on('Two-factor code')
  })

  it('forgets a device after 30 days', async () => {
    const { ada, account } = await atTheCode()
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
    const { ada, account } = await atTheCode()
    house.clock.advance({ seconds: 301 })
    await ada.typeCode(account.phone.code())
    await ada.on('Log in')
    await ada.sees('This took too long. Log in again.')
  })

  it('logs in once by a double click, and by a page that is sent again', async () => {
    const { ada, account } = await atTheCode()
    await ada.follow('Use a backup code')
    await ada.type({ 'Backup code': account.backupCodes[0]! })
    await ada.button('Continue').dblclick()
    await ada.on('Overview')
    expect((await house.twoFactor.status(account)).backupCodesLeft).toBe(9)
  })

  it('gives nothing away by the back button, and draws the code page anew when it is loaded again', async () => {
    const { ada, account } = await atTheCode()
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
    const { ada, account } = await atTheCode()
    await ada.follow('Start over')
    await ada.on('Log in')
    await ada.typePassword(account)
    await ada.on('Two-factor code')
    expect(await challenge(house.twoFactor, account.userId)).toMatch(/^ksc_/)
  })
})

describeWith(['chromium', 'oathtool'], 'the portal in Chromium: password and code on one page', () => {
  const house = openHouse({ PORTAL_ONE_PAGE: '1' })
  const CODE = 'Code (if two-factor is on)'

  it('logs in with both in one request, and with the password alone where two-factor is off', async () => {
    const ada = await house.visitor()
    const account = await house.accounts.addEnrolled()
    await ada.open('/login')
    expect(await faultsOf(ada)).toEqual([])
    await ada.type({ 'E-mail address': account.email, Password: account.password, [CODE]: account.phone.code() })
    await ada.press('Log in')
    await ada.on('Overview')
    const ben = await house.visitor()
    await ben.typePassword(await house.accounts.add())
    await ben.on('Overview')
  })

  it('goes on to the code page when the code is missing or wrong', async () => {
    const account = await house.accounts.addEnrolled()
    const ada = await house.visitor()
    await ada.typePassword(account)
    await ada.on('Two-factor code')
    await ada.open('/login')
    await ada.type({ 'E-mail address': account.email, Password: account.password, [CODE]: account.phone.wrongCode() })
    await ada.press('Log in')
    await ada.on('Two-factor code')
    expect(await ada.alert()).toContain('4 attempts left')
    await ada.typeCode(account.phone.code())
    await ada.on('Overview')
  })
})
