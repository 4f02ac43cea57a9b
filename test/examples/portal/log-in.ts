import type { Account, Enrolled } from './accounts.ts'
import type { House } from './house.ts'
import type { Visitor } from './visitor.ts'

/** A new browser with the password typed, before whatever follows it. */
export async function afterPassword(house: House, account: Account): Promise<Visitor> {
  const ada = await house.visitor()
  await ada.typePassword(account)
  return ada
}

/** A new browser, logged in by a code of the phone; the phone's next code is there. */
export async function logInByCode(house: House, account: Enrolled): Promise<Visitor> {
  const ada = await afterPassword(house, account)
  await ada.typeCode(account.phone.code())
  await ada.on('Overview')
  house.clock.advance({ seconds: 30 })
  return ada
}

/** Out and in again, up to whatever follows the password; the phone's next code is there. */
export async function logInAgain(ada: Visitor, house: House, account: Account): Promise<void> {
  await ada.press('Log out')
  house.clock.advance({ seconds: 30 })
  await ada.typePassword(account)
}

/** A new account with an authenticator, and a browser before its code page. */
export async function atTheCode(house: House): Promise<{ ada: Visitor; account: Enrolled }> {
  const account = await house.accounts.addEnrolled()
  const ada = await afterPassword(house, account)
  await ada.on('Two-factor code')
  return { ada, account }
}
