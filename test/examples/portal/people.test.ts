import { expect, it } from 'vitest'
import { DEMO_PASSWORD } from '../../../examples/portal/demo-accounts.ts'
import { describeWith } from '../programs.ts'
import { afterPassword, logInByCode } from './log-in.ts'
import { openHouse } from './open-house.ts'
import { phoneAt } from './scan.ts'
import { codeOnThePhone } from './text-messages.ts'
import type { Visitor } from './visitor.ts'

describeWith(
  ['chromium', 'zbarimg', 'oathtool'],
  'the portal in Chromium: teams, support, DNS and the control panel',
  () => {
    const house = openHouse()

    /** From "Set up two-factor" to the session that follows it. */
    const setUp = async (ada: Visitor) => {
      await ada.on('Set up two-factor')
      expect((await ada.context.cookies()).map(({ name }) => name)).not.toContain('__Host-session')
      await ada.press('Get started')
      await ada.on('Scan the QR code')
      const phone = await phoneAt(ada, house.clock)
      await ada.type({ Code: phone.code() })
      await ada.press('Confirm')
      await ada.on('Save your backup codes')
      house.clock.advance({ seconds: 30 })
      await ada.field('I have saved these codes').check()
      await ada.press('Done')
      await ada.on('Security')
      return phone
    }
    const addRecord = async (ada: Visitor, name: string): Promise<void> => {
      await ada.open('/dns')
      await ada.type({ Name: name, Value: '192.0.2.10' })
      await ada.press('Add record')
    }

    it('support lets in who has lost everything: a support code, a new authenticator, and nothing of the former is left', async () => {
      const account = await house.accounts.addEnrolled()
      const sam = await afterPassword(house, {
        userId: '',
        email: 'sam@example.com',
        password: DEMO_PASSWORD,
      })
      await setUp(sam)
      await sam.follow('Support')
      await sam.on('Support')
      await sam.type({ 'E-mail address': account.email })
      await sam.press('Issue support code')
      await sam.sees('Say why, and how you know that it is the customer.')
      await sam.hasFocus('Reason')
      await sam.type({ 'E-mail address': account.email, 'Reason': 'Called back, ticket 4711' })
      await sam.press('Issue support code')
      await sam.on('Support code')
      const supportCode = await sam.page.locator('#support-code').innerText()

      const ada = await afterPassword(house, account)
      await ada.follow('Use a backup code')
      await ada.type({ 'Backup code': supportCode })
      await ada.press('Continue')
      const phone = await setUp(ada)
      await ada.sees('Support code issued by sam@example.com: Called back, ticket 4711')
      await ada.press('Log out')
      house.clock.advance({ seconds: 30 })
      await ada.typePassword(account)
      await ada.typeCode(account.phone.code())
      expect(await ada.alert()).toContain('4 attempts left')
      await ada.follow('Use a backup code')
      await ada.type({ 'Backup code': account.backupCodes[0]! })
      await ada.press('Continue')
      expect(await ada.alert()).toContain('not right')
      await ada.follow('Use a code of your app or phone')
      await ada.typeCode(phone.code())
      await ada.on('Overview')

      await ada.open('/outbox')
      const mails = await ada.page
        .getByRole('listitem')
        .filter({ hasText: account.email })
        .allInnerTexts()
      for (const subject of [
        'Our support issued a code for you',
        'An authenticator app was added',
      ]) {
        expect(
          mails.some((mail) => mail.includes(subject)),
          subject,
        ).toBe(true)
      }
      expect(mails.join().includes(supportCode)).toBe(false)
      await ada.open('/support')
      expect(await ada.page.getByRole('heading', { level: 1 }).innerText()).not.toBe('Support')
    })

    it('a main account proposes a phone and asks for two-factor from a day on: reminds until then, and has it set up at the login after', async () => {
      const boss = await house.accounts.add()
      const owner = await afterPassword(house, boss)
      const account = { userId: '', email: 'member@example.com', password: 'another long password' }
      await owner.follow('Team')
      await owner.on('Team')
      await owner.type({
        'Name': 'Mia Member',
        'E-mail address': account.email,
        'Password': account.password,
      })
      await owner.press('Add member')
      await owner.on('Mia Member')
      await owner.field('Country').selectOption('Austria (+43)')
      await owner.type({ 'Phone number': '0664 1234567' })
      await owner.press('Propose number')
      await owner.sees('+436641234567 was proposed to Mia Member.')
      await owner.field('Required from').check()
      await owner
        .field('Date')
        .fill(new Date(house.clock().getTime() + 86_400_000).toISOString().slice(0, 10))
      await owner.press('Save')
      await owner.sees(/Two-factor is required from .* for Mia Member/)

      const mia = await afterPassword(house, account)
      await mia.on('Overview')
      await mia.sees('Your account must use two-factor from')
      await mia.open('/security/sms')
      await mia.sees('Your main account has proposed this number.')
      expect([
        await mia.field('Country').inputValue(),
        (await mia.field('Phone number').inputValue()).replaceAll(' ', ''),
      ]).toEqual(['AT', '06641234567'])
      await mia.press('Log out')
      house.clock.advance({ days: 1 })
      await mia.typePassword(account)
      const phone = await setUp(mia)
      await mia.open('/security/sms')
      await mia.typeCode(phone.code())
      await mia.on('Add a phone number')
      await mia.press('Send code')
      await mia.typeCode(await codeOnThePhone(mia, '+436641234567'), 'Confirm')
      await mia.sees('The phone number was added.')
      expect(await mia.button('Turn off two-factor').count()).toBe(0)
      await owner.typePassword(boss)
      await owner.open('/team')
      await owner.on('Team')
      expect(await owner.page.getByRole('row', { name: 'Mia Member' }).innerText()).toMatch(
        /\bOn\b.*\bnone\b/s,
      )
    })

    it('a change of DNS costs a code, unless one was typed within ten minutes', async () => {
      const account = await house.accounts.addEnrolled()
      const ada = await logInByCode(house, account)
      await addRecord(ada, 'fresh')
      await ada.sees('The record fresh was added.')
      house.clock.advance({ minutes: 11 })
      await addRecord(ada, 'www')
      await ada.on('Confirm it is you')
      await ada.typeCode(account.phone.wrongCode())
      expect(await ada.alert()).toContain('4 attempts left')
      await ada.typeCode(account.phone.code())
      await ada.on('DNS')
      await ada.sees('The record www was added.')
      await addRecord(ada, 'mail')
      await ada.sees('The record mail was added.')
      await ada.press('Delete mail A 192.0.2.10')
      await ada.sees('The record was deleted.')
      expect(await ada.page.getByRole('rowheader').allInnerTexts()).toEqual(['fresh', 'www'])
    })

    it('a change of DNS does not happen when the code is not given', async () => {
      const ada = await logInByCode(house, await house.accounts.addEnrolled())
      house.clock.advance({ minutes: 11 })
      await addRecord(ada, 'www')
      await ada.on('Confirm it is you')
      await ada.follow('Cancel')
      await ada.open('/dns')
      expect(await ada.page.getByRole('rowheader').count()).toBe(0)
    })

    it('the control panel shares the enrollment and the used codes, and has sessions of its own', async () => {
      const account = await house.accounts.addEnrolled()
      const ada = await afterPassword(house, account)
      const code = account.phone.code()
      await ada.typeCode(code)
      await ada.on('Overview')
      const panel = await ada.tab(house.portal.panelOrigin)
      await panel.open('/')
      await panel.on('Control panel: log in')
      await panel.typePassword(account)
      await panel.on('Two-factor code')
      await panel.typeCode(code)
      expect(await panel.alert()).toBe('That code was used before. Wait for the next one.')
      house.clock.advance({ seconds: 30 })
      await panel.typeCode(account.phone.code())
      await panel.on('Control panel')
      await ada.press('Log out')
      await panel.open('/')
      await panel.on('Control panel')
    })
  },
)
