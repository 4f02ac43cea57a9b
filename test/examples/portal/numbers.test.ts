import { expect, it } from 'vitest'
import { KANNEL, startKannel } from '../kannel-gateway.ts'
import { until } from '../loopback.ts'
import { describeWith } from '../programs.ts'
import type { Account } from './accounts.ts'
import type { House } from './house.ts'
import { afterPassword } from './log-in.ts'
import { openHouse } from './open-house.ts'
import { codeOnThePhone, typeNumber } from './text-messages.ts'
import type { Visitor } from './visitor.ts'

/** Logs out, and in again by a message to the number that ends so. */
async function logInAgain(
  house: House,
  ada: Visitor,
  account: Account,
  ending: string,
  code: () => Promise<string>,
): Promise<void> {
  await ada.press('Log out')
  house.clock.advance({ seconds: 30 })
  await ada.typePassword(account)
  await ada.press(`Send SMS code to •••• ${ending}`)
  await ada.typeCode(await code())
  await ada.on('Overview')
}

describeWith(['chromium', 'oathtool'], 'the portal in Chromium: phone numbers', () => {
  const house = openHouse()

  const addNumber = async (ada: Visitor, number: string, isBackup = false): Promise<void> => {
    await ada.open('/security/sms')
    await ada.on('Add a phone number')
    await typeNumber(ada, number, isBackup)
    await ada.on('Confirm your number')
    await ada.typeCode(
      await codeOnThePhone(ada, `+49${number.replaceAll(' ', '').slice(1)}`),
      'Confirm',
    )
  }
  const withNumber = async (): Promise<{ ada: Visitor; account: Account }> => {
    const account = await house.accounts.add()
    const ada = await afterPassword(house, account)
    await addNumber(ada, '0151 12345678')
    await ada.on('Save your backup codes')
    house.clock.advance({ seconds: 30 })
    return { ada, account }
  }

  it('turns two-factor on by a number, and logs in by a message to it', async () => {
    const { ada, account } = await withNumber()
    await ada.field('I have saved these codes').check()
    await ada.press('Done')
    await ada.press('Log out')
    await ada.typePassword(account)
    await ada.press('Send SMS code to •••• 5678')
    await ada.sees('A code is on its way to •••• 5678.')
    await ada.typeCode(await codeOnThePhone(ada, '+4915112345678'))
    await ada.on('Overview')
  })

  it('sets a number up before there is a session, where two-factor is required and there is no app', async () => {
    const account = await house.accounts.add({ isStaff: 1 })
    const ada = await afterPassword(house, account)
    await ada.on('Set up two-factor')
    await ada.follow('No app? Use text messages to your phone')
    await ada.on('Add a phone number')
    await typeNumber(ada, '0151 34567890')
    await ada.on('Confirm your number')
    expect((await ada.context.cookies()).map(({ name }) => name)).not.toContain('__Host-session')
    await ada.typeCode(await codeOnThePhone(ada, '+4915134567890'), 'Confirm')
    await ada.on('Save your backup codes')
    await ada.field('I have saved these codes').check()
    await ada.press('Done')
    await ada.on('Security')
    await logInAgain(house, ada, account, '7890', () => codeOnThePhone(ada, '+4915134567890'))
  })

  it('offers no message where there is no number', async () => {
    const ada = await afterPassword(house, await house.accounts.addEnrolled())
    await ada.on('Two-factor code')
    expect(await ada.button(/Send SMS/).count()).toBe(0)
  })

  it('says what is wrong with a number, and keeps what was typed', async () => {
    const ada = await afterPassword(house, await house.accounts.add())
    await ada.open('/security/sms')
    await ada.field('Country').selectOption('Austria (+43)')
    await ada.type({ 'Phone number': '12' })
    await ada.press('Send code')
    expect(await ada.alert()).toBe(
      'That is not a phone number of this country. Please check the digits.',
    )
    await ada.hasFocus('Phone number')
    expect([
      await ada.field('Country').inputValue(),
      await ada.field('Phone number').inputValue(),
    ]).toEqual(['AT', '12'])
  })

  it('sends again after 30 seconds and not before, and takes the newer code alone', async () => {
    const ada = await afterPassword(house, await house.accounts.add())
    await ada.open('/security/sms')
    await typeNumber(ada, '0151 23456789')
    await ada.on('Confirm your number')
    const first = await codeOnThePhone(ada, '+4915123456789')
    await ada.press('Send again')
    expect(await ada.alert()).toContain('You can have another message at')
    house.clock.advance({ seconds: 30 })
    await ada.open('/security/sms/confirm')
    await ada.press('Send again')
    await ada.on('Confirm your number')
    const second = await codeOnThePhone(ada, '+4915123456789')
    expect(second).not.toBe(first)
    await ada.typeCode(first, 'Confirm')
    await ada.page.getByRole('alert').waitFor()
    await ada.typeCode(second, 'Confirm')
    await ada.on('Save your backup codes')
  })

  it('has a backup number beside the first, and sends to either', async () => {
    const { ada, account } = await withNumber()
    await ada.open('/security/sms')
    await ada.press('Send SMS code to •••• 5678')
    await ada.typeCode(await codeOnThePhone(ada, '+4915112345678'))
    await ada.on('Add a phone number')
    house.clock.advance({ seconds: 30 })
    await typeNumber(ada, '0170 7654321', true)
    await ada.typeCode(await codeOnThePhone(ada, '+491707654321'), 'Confirm')
    await ada.on('Security')
    await ada.sees('The phone number was added.')
    await ada.sees('backup number')
    await logInAgain(house, ada, account, '4321', () => codeOnThePhone(ada, '+491707654321'))
  })
})

describeWith(['chromium', ...KANNEL], 'the portal in Chromium, its messages by Kannel', () => {
  const user = { username: 'portal', password: 'p w&d+%41' }
  let gateway: Awaited<ReturnType<typeof startKannel>>
  const house = openHouse(
    async () => {
      gateway = await startKannel(user)
      return {
        SMS: 'kannel',
        KANNEL_URL: gateway.url,
        KANNEL_USERNAME: user.username,
        KANNEL_PASSWORD: user.password,
        KANNEL_FROM: '4477',
      }
    },
    () => gateway.stop(),
  )

  it('confirms a number and logs in by what the network received', async () => {
    const account = await house.accounts.add()
    const ada = await house.visitor()
    const message = (nth: number): Promise<string> =>
      until('a message', () => /^\d{6}/.exec(gateway.inbox()[nth]?.text ?? '')?.[0])
    await ada.typePassword(account)
    await ada.open('/security/sms')
    await typeNumber(ada, '0151 12345678')
    await ada.on('Confirm your number')
    await ada.typeCode(await message(0), 'Confirm')
    await ada.on('Save your backup codes')
    await logInAgain(house, ada, account, '5678', () => message(1))
    expect(gateway.inbox().map(({ to }) => to)).toEqual(['+4915112345678', '+4915112345678'])
    expect(await ada.link('Phone').count()).toBe(0)
  })
})
