import { expect, it } from 'vitest'
import { login } from '../../flow/house.ts'
import { describeWith } from '../programs.ts'
import { afterPassword, atTheCode, logInAgain } from './log-in.ts'
import { openHouse } from './open-house.ts'

const PASSWORD = 'correct horse battery'

describeWith(['chromium', 'oathtool'], 'the portal in Chromium: sign-up and login', () => {
  const house = openHouse()

  it('signs up, out and in by password alone, while two-factor is off', async () => {
    const ada = await house.visitor()
    await ada.open('/login')
    await ada.follow('Create an account')
    await ada.on('Create your account')
    await ada.type({
      'Name': '<i>Ada',
      'E-mail address': 'ada.new@example.com',
      'Password': PASSWORD,
    })
    await ada.press('Create account')
    await ada.on('Overview')
    await ada.press('Log out')
    await ada.on('Log in')
    await ada.type({ 'E-mail address': 'ADA.new@example.com', 'Password': 'wrong' })
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
    await ada.type({ 'Name': 'Ada', 'E-mail address': 'sam@example.com', 'Password': 'short' })
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
    const { ada, account } = await atTheCode(house)
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
    await logInAgain(ada, house, account)
    await ada.typeCode(account.phone.code())
    await ada.on('Overview')
    expect(await ada.page.getByText('was this you?').count()).toBe(0)
  })

  it('takes a code that is one step late, and none that is older', async () => {
    const { ada, account } = await atTheCode(house)
    house.clock.advance({ seconds: 90 })
    await ada.typeCode(account.phone.code(-3))
    expect(await ada.alert()).toContain('4 attempts left')
    await ada.typeCode(account.phone.code(-1))
    await ada.on('Overview')
  })

  it('takes no code twice', async () => {
    const { ada, account } = await atTheCode(house)
    const code = account.phone.code()
    await ada.typeCode(code)
    await ada.on('Overview')
    await ada.press('Log out')
    await ada.typePassword(account)
    await ada.typeCode(code)
    expect(await ada.alert()).toBe('That code was used before. Wait for the next one.')
  })

  it('takes a code that is pasted with a space in it', async () => {
    const { ada, account } = await atTheCode(house)
    await ada.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await ada.page.evaluate(
      (text) => navigator.clipboard.writeText(text),
      ` ${account.phone.code().replace(/(...)/, '$1 ')}\n`,
    )
    await ada.field('Code').focus()
    await ada.page.keyboard.press('Control+V')
    await ada.on('Overview')
  })

  it('locks after five wrong codes, counts the seconds down, and opens by the clock', async () => {
    const { ada, account } = await atTheCode(house)
    await ada.page.clock.install({ time: house.clock() })
    for (let wrong = 0; wrong < 5; wrong++) await ada.typeCode(account.phone.wrongCode())
    expect(await ada.alert()).toContain('Too many wrong codes. Try again at')
    const until = new Date(house.clock().getTime() + 60_000).toISOString()
    expect(await ada.page.getByRole('alert').locator('time').getAttribute('datetime')).toBe(until)
    await ada.sees(/\((1:00|0:59)\)/)
    await ada.page.clock.fastForward(15_000)
    await ada.sees(/\(0:4[0-5]\)/)
    await ada.typeCode(account.phone.code())
    expect(await ada.alert()).toContain('Too many wrong codes')
    house.clock.advance({ seconds: 60 })
    await ada.typeCode(account.phone.code())
    await ada.on('Overview')
  })

  it('switches codes off after fifty wrong ones, and lets a backup code in', async () => {
    const account = await house.accounts.addEnrolled()
    for (let wrong = 0; wrong < 50; wrong++) {
      house.clock.advance({ hours: 1 })
      await login(house.twoFactor, account.userId, account.phone.wrongCode())
    }
    const ada = await afterPassword(house, account)
    await ada.typeCode(account.phone.code())
    expect(await ada.alert()).toContain('Use a backup code, or ask support.')
    await ada.follow('Use a backup code')
    await ada.type({ 'Backup code': account.backupCodes[0]! })
    await ada.press('Continue')
    await ada.on('Overview')
  })

  it('takes a backup code as it is written down, once, and warns when three are left', async () => {
    const { ada, account } = await atTheCode(house)
    for (const code of account.backupCodes.slice(3, 9))
      await login(house.twoFactor, account.userId, code)
    await ada.follow('Use a backup code')
    await ada.type({ 'Backup code': account.backupCodes[0]!.toLowerCase().replaceAll('-', ' ') })
    await ada.press('Continue')
    await ada.on('Overview')
    await ada.sees('Only 3 backup codes left')
    await logInAgain(ada, house, account)
    await ada.follow('Use a backup code')
    await ada.type({ 'Backup code': account.backupCodes[0]! })
    await ada.press('Continue')
    expect(await ada.alert()).toContain('was used before')
  })
})
