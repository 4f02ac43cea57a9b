import type { Locator } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeWith } from '../programs.ts'
import { walkMainPath } from './main-path.ts'
import { openHouse } from './open-house.ts'
import { phoneAt } from './scan.ts'
import type { Visitor } from './visitor.ts'

describeWith(['chromium', 'zbarimg', 'oathtool'], 'the main path of the portal in Chromium', () => {
  const house = openHouse()

  it('is gone with the script', async () => {
    await walkMainPath(await house.visitor(), { email: 'ada@script.example', clock: house.clock })
  })

  it('is gone without JavaScript', async () => {
    await walkMainPath(await house.visitor({ javaScriptEnabled: false }), {
      email: 'ada@plain.example',
      clock: house.clock,
    })
  })

  it('is gone by the keyboard alone', async () => {
    const ada = await house.visitor()
    const { keyboard } = ada.page
    await ada.open('/login')
    await enter(ada, ada.link('Create an account'))
    await ada.on('Create your account')
    await ada.hasFocus('Name')
    await keyboard.type('Ada')
    await typeInto(ada, 'E-mail address', 'ada@keyboard.example')
    await typeInto(ada, 'Password', 'correct horse battery')
    await keyboard.press('Enter')
    await ada.on('Overview')
    await ada.open('/security')
    await keyboard.press('Tab')
    expect(await ada.link('Skip to the content').and(ada.page.locator(':focus')).count()).toBe(1)
    await keyboard.press('Enter')
    await enter(ada, ada.link('Turn on two-factor'))
    await ada.on('Turn on two-factor')
    await enter(ada, ada.button('Get started'))
    await ada.on('Scan the QR code')
    const phone = await phoneAt(ada, house.clock)
    await typeInto(ada, 'Code', phone.code(-1))
    await keyboard.press('Enter')
    await ada.on('Save your backup codes')
    await reach(ada, ada.field('I have saved these codes'))
    await keyboard.press('Space')
    await keyboard.press('Enter')
    await ada.on('Security')
    await enter(ada, ada.button('Log out'))
    await ada.on('Log in')
    await ada.hasFocus('E-mail address')
    await keyboard.type('ada@keyboard.example')
    await typeInto(ada, 'Password', 'correct horse battery')
    await keyboard.press('Enter')
    await ada.on('Two-factor code')
    await ada.hasFocus('Code')
    await keyboard.press('Shift+Tab')
    await ada.hasFocus('Remember this device for 30 days')
    await keyboard.press('Space')
    await keyboard.press('Tab')
    await keyboard.type(phone.code())
    await ada.on('Overview')
    expect((await ada.context.cookies()).map((cookie) => cookie.name).sort()).toEqual([
      '__Host-device',
      '__Host-session',
    ])
  })
})

async function enter(ada: Visitor, target: Locator): Promise<void> {
  await reach(ada, target)
  await ada.page.keyboard.press('Enter')
}

async function typeInto(ada: Visitor, label: string, text: string): Promise<void> {
  await reach(ada, ada.field(label))
  await ada.page.keyboard.type(text)
}

/** Goes by the tabulator until it is there, and sees where it is. */
async function reach(ada: Visitor, target: Locator): Promise<void> {
  await target.waitFor()
  for (let stops = 0; stops < 50; stops++) {
    if ((await target.and(ada.page.locator(':focus')).count()) > 0) {
      const { outlineStyle, boxShadow } = await target.evaluate((element) =>
        getComputedStyle(element),
      )
      expect(outlineStyle !== 'none' || boxShadow !== 'none').toBe(true)
      return
    }
    await ada.page.keyboard.press('Tab')
  }
  throw new Error(`not reached by the tabulator: ${String(target)}`)
}
