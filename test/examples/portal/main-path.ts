import { expect } from 'vitest'
import { stepWith } from '../phone.ts'
import { phoneAt } from './scan.ts'
import type { Visitor } from './visitor.ts'

/**
 * All that a customer does once: sign-up, two-factor on, in by a code and by a backup code, off
 * again.
 */
export async function walkMainPath(
  ada: Visitor,
  { email, clock }: { email: string; clock?: () => Date },
): Promise<void> {
  const account = { email, password: 'correct horse battery' }
  await ada.open('/sign-up')
  await ada.type({ 'Name': 'Ada', 'E-mail address': email, 'Password': account.password })
  await ada.press('Create account')
  await ada.on('Overview')
  await ada.follow('Security')
  await ada.follow('Turn on two-factor')
  await ada.on('Turn on two-factor')
  await ada.press('Get started')
  await ada.on('Scan the QR code')
  const phone = await phoneAt(ada, clock)
  await ada.type({ Code: phone.wrongCode() })
  await ada.press('Confirm')
  expect(await ada.alert()).toBe('That code is not right.')
  // Three codes within one step: of the one before, of this one and of the next.
  if (!clock) await stepWith(5)
  await ada.type({ Code: phone.code(-1) })
  await ada.press('Confirm')
  await ada.on('Save your backup codes')
  const backupCode = await ada.page.locator('#backup-codes li').first().innerText()
  await ada.field('I have saved these codes').check()
  await ada.press('Done')
  await ada.sees('Two-factor is on')
  await ada.press('Log out')

  await ada.typePassword(account)
  await ada.typeCode(phone.wrongCode())
  expect(await ada.alert()).toBe('That code is not right. 4 attempts left.')
  await ada.typeCode(phone.code())
  await ada.on('Overview')
  await ada.sees('1 wrong code before this login: was this you?')
  await ada.press('Log out')

  await ada.typePassword(account)
  await ada.follow('Use a backup code')
  await ada.type({ 'Backup code': backupCode })
  await ada.press('Continue')
  await ada.on('Overview')
  await ada.follow('Security')
  await ada.sees('9 backup codes left')
  await ada.press('Turn off two-factor')
  await ada.on('Confirm it is you')
  await ada.typeCode(phone.code(1))
  await ada.on('Security')
  await ada.sees('Two-factor is off')
  await ada.press('Log out')
  await ada.typePassword(account)
  await ada.on('Overview')
}
