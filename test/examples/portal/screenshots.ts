// Photographs the portal for the documents: docs/assets/portal-*.png. The clock stands still and
// chance is drawn from a list, so that a picture changes when its page does. The keys and codes in
// them open nothing.
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startHouse } from './house.ts'
import { phoneAt } from './scan.ts'
import { codeOnThePhone, typeNumber } from './text-messages.ts'
import type { Visitor } from './visitor.ts'

const FOLDER = fileURLToPath(new URL('../../../docs/assets', import.meta.url))
const DESK = { width: 1280, height: 900 }
const account = { email: 'grace@example.com', password: 'correct horse battery' }
const PHONE = { width: 390, height: 760 }

let drawn = 0
Object.defineProperty(globalThis.crypto, 'getRandomValues', {
  value: <T extends Uint8Array>(bytes: T): T => {
    for (let at = 0; at < bytes.length; at += 32)
      bytes.set(
        createHash('sha256')
          .update(`${drawn++}`)
          .digest()
          .subarray(0, bytes.length - at),
        at,
      )
    return bytes
  },
})

mkdirSync(FOLDER, { recursive: true })
const house = await startHouse()
try {
  const ada = await house.visitor({ viewport: DESK, deviceScaleFactor: 1, reducedMotion: 'reduce' })
  await ada.open('/sign-up')
  await ada.type({
    'Name': 'Grace Hopper',
    'E-mail address': account.email,
    'Password': account.password,
  })
  await ada.press('Create account')
  await ada.on('Overview')
  await ada.open('/security/totp')
  await photograph(ada, 'qr')
  const phone = await phoneAt(ada, house.clock)
  await ada.type({ Name: 'Work phone', Code: phone.code() })
  await ada.press('Confirm')
  await photograph(ada, 'backup-codes')
  house.clock.advance({ minutes: 3 })
  await ada.open('/security/sms')
  await ada.typeCode(phone.code())
  await typeNumber(ada, '0151 12345678')
  await ada.typeCode(await codeOnThePhone(ada, '+4915112345678'), 'Confirm')
  await ada.on('Security')
  await ada.press('Log out')
  house.clock.advance({ days: 3, hours: 2, minutes: 17 })
  await ada.typePassword(account)
  await ada.on('Two-factor code')
  await photograph(ada, 'login-code')
  await ada.page.setViewportSize(PHONE)
  await photograph(ada, 'phone')
  await ada.page.setViewportSize(DESK)
  await ada.field('Remember this device for 30 days').check()
  await ada.typeCode(phone.code())
  await ada.on('Overview')
  await photograph(ada, 'overview')
  await ada.open('/security')
  await photograph(ada, 'security')
} finally {
  await house.close()
}

/** In light and dark, from the top down to where the page's own part ends or the window does. */
async function photograph({ page }: Visitor, name: string): Promise<void> {
  const { width, height } = page.viewportSize()!
  const main = await page.getByRole('main').boundingBox()
  const clip = {
    x: 0,
    y: 0,
    width,
    height: Math.min(height, Math.ceil(main!.y + main!.height) + 40),
  }
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({
      path: `${FOLDER}/portal-${name}-${colorScheme}.png`,
      clip,
      animations: 'disabled',
      caret: 'hide',
    })
  }
}
