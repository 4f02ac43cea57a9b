import { readFileSync } from 'node:fs'
import { parseKeyUri } from 'keystep/otp'
import { expect, it } from 'vitest'
import type { Phone } from '../phone.ts'
import { describeWith } from '../programs.ts'
import { afterPassword, logInAgain, logInByCode } from './log-in.ts'
import { openHouse } from './open-house.ts'
import { phoneAt, scanQr } from './scan.ts'
import type { Visitor } from './visitor.ts'

describeWith(
  ['chromium', 'zbarimg', 'oathtool'],
  'the portal in Chromium: authenticators and backup codes',
  () => {
    const house = openHouse()

    /** Up to the QR code, and the phone that scans it. */
    const atTheKey = async (ada: Visitor): Promise<Phone> => {
      await ada.open('/security/enable')
      await ada.on('Turn on two-factor')
      await ada.press('Get started')
      await ada.on('Scan the QR code')
      return phoneAt(ada, house.clock)
    }
    const confirm = async (ada: Visitor, code: string, name = ''): Promise<void> => {
      await ada.type({ Name: name, Code: code })
      await ada.press('Confirm')
    }
    const state = async (ada: Visitor): Promise<string> => {
      await ada.open('/security')
      return ada.page.getByRole('region', { name: 'Two-factor authentication' }).innerText()
    }

    it('turns two-factor on: scans the code of the screen, confirms by the phone, and asks for it at the next login', async () => {
      const account = await house.accounts.add()
      const ada = await afterPassword(house, account)
      expect(await state(ada)).toMatch(/\bOff\b/)
      const phone = await atTheKey(ada)
      await confirm(ada, phone.wrongCode(), 'Work phone')
      expect(await ada.alert()).toBe('That code is not right.')
      expect((await phoneAt(ada, house.clock)).code()).toBe(phone.code())
      expect(await ada.field('Name').inputValue()).toBe('Work phone')
      await confirm(ada, phone.code(), 'Work phone')
      await ada.on('Save your backup codes')
      await ada.field('I have saved these codes').check()
      await ada.press('Done')
      await ada.on('Security')
      await ada.sees('Two-factor is on')
      expect(await state(ada)).toMatch(/\bOn\b/)
      await ada.sees('Work phone')
      await logInAgain(ada, house, account)
      await ada.typeCode(phone.code())
      await ada.on('Overview')
    })

    it('shows the same key to type, names the account, and copies the key', async () => {
      const account = await house.accounts.add()
      const ada = await afterPassword(house, account)
      await ada.context.grantPermissions(['clipboard-read', 'clipboard-write'])
      await atTheKey(ada)
      const read = parseKeyUri(await scanQr(ada.page))
      const manual = await ada.page.locator('#manual-key').innerText()
      expect({
        key: manual.replaceAll(' ', ''),
        issuer: read.issuer,
        account: read.account,
      }).toEqual({ key: read.key.revealBase32(), issuer: 'Harbor Hosting', account: account.email })
      await ada.button('Copy key').click()
      await expect.poll(() => ada.page.evaluate(() => navigator.clipboard.readText())).toBe(manual)
    })

    it('shows backup codes once: to copy, to download, to print, and to say that they are saved', async () => {
      const ada = await afterPassword(house, await house.accounts.add())
      await ada.context.grantPermissions(['clipboard-read', 'clipboard-write'])
      await ada.page.addInitScript(() => {
        window.print = () => {
          document.title = 'printed'
        }
      })
      const phone = await atTheKey(ada)
      await confirm(ada, phone.code())
      await ada.on('Save your backup codes')
      const codes = await ada.page.locator('#backup-codes li').allInnerTexts()
      expect(new Set(codes.map((code) => code.replaceAll('-', ''))).size).toBe(10)

      await ada.button('Copy').click()
      await expect
        .poll(() => ada.page.evaluate(() => navigator.clipboard.readText()))
        .toBe(codes.join('\n'))
      const [download] = await Promise.all([
        ada.page.waitForEvent('download'),
        ada.page.getByText('Download', { exact: true }).click(),
      ])
      expect(download.suggestedFilename()).toMatch(/\.txt$/)
      const file = readFileSync(await download.path(), 'utf8').split('\n')
      expect(codes.filter((code) => !file.includes(code))).toEqual([])
      await ada.button('Print').click()
      await expect.poll(() => ada.page.title()).toBe('printed')
      await ada.page.emulateMedia({ media: 'print' })
      expect(await ada.page.locator('#backup-codes').isVisible()).toBe(true)
      for (const name of ['Done', 'Copy', 'Print', 'Log out'])
        expect(await ada.button(name).isVisible()).toBe(false)
      await ada.page.emulateMedia({ media: 'screen' })

      await ada.button('Done').click()
      await ada.on('Save your backup codes')
      expect(
        await ada
          .field('I have saved these codes')
          .evaluate((box: HTMLInputElement) => box.validity.valueMissing),
      ).toBe(true)
      await ada.field('I have saved these codes').check()
      await ada.press('Done')
      await ada.on('Security')
      // The browser kept nothing, and asks whether to send the form again.
      await expect(ada.page.goBack()).rejects.toThrow('ERR_CACHE_MISS')
    })

    it('says how far the clock of the phone is off, and shows no codes to a page that is loaded again', async () => {
      const ada = await afterPassword(house, await house.accounts.add())
      const phone = await atTheKey(ada)
      await confirm(ada, phone.code(-6))
      expect(await ada.alert()).toMatch(/Your phone's clock is 3 minutes behind/)
      await confirm(ada, phone.code(8))
      expect(await ada.alert()).toMatch(/Your phone's clock is 4 minutes ahead/)
      await confirm(ada, phone.code())
      await ada.on('Save your backup codes')
      await ada.page.reload()
      await ada.on('Security')
      await ada.sees(
        'That authenticator app is set up already. If you have not seen your backup codes, make new ones.',
      )
    })

    it('asks for the password again when it is older than ten minutes', async () => {
      const account = await house.accounts.add()
      const ada = await afterPassword(house, account)
      house.clock.advance({ minutes: 11 })
      await ada.open('/security/enable')
      await ada.press('Get started')
      await ada.sees('Password')
      await ada.type({ Password: 'wrong' })
      await ada.press('Continue')
      expect(await ada.alert()).toContain('not right')
      await ada.type({ Password: account.password })
      await ada.press('Continue')
      await ada.on('Scan the QR code')
    })

    it('keeps several authenticators: a second by a code of the first, a new name, and the first removed', async () => {
      const account = await house.accounts.addEnrolled()
      const ada = await logInByCode(house, account)
      await ada.open('/security/totp')
      await ada.on('Confirm it is you')
      await ada.typeCode(account.phone.code())
      await ada.on('Scan the QR code')
      const second = await phoneAt(ada, house.clock)
      await confirm(ada, second.code(), 'Tablet')
      await ada.on('Security')
      await ada.sees('The authenticator app was added.')

      const apps = ada.page.getByRole('region', { name: 'Authenticator apps' })
      await apps
        .getByRole('listitem')
        .filter({ hasNotText: 'Tablet' })
        .getByRole('textbox')
        .fill('Old phone')
      await ada.press('Rename Authenticator app')
      await ada.sees('The name was changed.')
      house.clock.advance({ seconds: 30 })
      await ada.press('Remove Old phone')
      await ada.on('Confirm it is you')
      await ada.typeCode(second.code())
      await ada.on('Security')
      await ada.sees('It was removed.')
      expect((await house.twoFactor.status(account)).factors.map(({ label }) => label)).toEqual([
        'Tablet',
      ])
      await logInAgain(ada, house, account)
      await ada.typeCode(account.phone.code())
      expect(await ada.alert()).toContain('4 attempts left')
      await ada.typeCode(second.code())
      await ada.on('Overview')
    })

    it('confirms in one of two tabs, and tells the other; both show one key', async () => {
      const account = await house.accounts.add()
      const ada = await afterPassword(house, account)
      const phone = await atTheKey(ada)
      const tab = await ada.tab()
      await tab.open('/security/totp')
      expect((await phoneAt(tab, house.clock)).code()).toBe(phone.code())
      await Promise.all([confirm(ada, phone.code()), confirm(tab, phone.code())])
      const headings = await Promise.all(
        [ada, tab].map(({ page }) => page.getByRole('heading', { level: 1 }).innerText()),
      )
      expect(headings.filter((heading) => heading === 'Save your backup codes')).toHaveLength(1)
      expect((await house.twoFactor.status(account)).factors).toHaveLength(1)
    })

    it('turns on once by a double click', async () => {
      const account = await house.accounts.add()
      const ada = await afterPassword(house, account)
      const phone = await atTheKey(ada)
      await ada.type({ Code: phone.code() })
      await ada.button('Confirm').dblclick()
      await ada.on('Save your backup codes')
      const { factors, backupCodesLeft } = await house.twoFactor.status(account)
      expect({ factors: factors.length, backupCodesLeft }).toEqual({
        factors: 1,
        backupCodesLeft: 10,
      })
    })
  },
)
