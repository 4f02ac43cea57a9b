import type { BrowserContextOptions } from 'playwright-core'
import { login } from '../../flow/house.ts'
import type { Enrolled } from './accounts.ts'
import type { House } from './house.ts'
import { codeOnThePhone, typeNumber } from './text-messages.ts'
import type { Visitor } from './visitor.ts'

type Cookies = NonNullable<BrowserContextOptions['storageState']>

/** Who stands before a page. */
export interface Roles {
  nobody(): Promise<Visitor>
  /** The password was typed, and a code is asked for, of an app or a number. */
  atTheCode(): Promise<Visitor>
  /** Has to set up a second factor before there is a session. */
  toEnroll(): Promise<Visitor>
  /** Without a second factor. */
  newcomer(): Promise<Visitor>
  /**
   * With all that one can have, somebody's wrong code before this login, and few backup codes left.
   */
  member(): Promise<Visitor>
  staff(): Promise<Visitor>
}

/**
 * Visitors who have gone a part of the way. It is gone once for each role; later ones come with its
 * cookies.
 */
export function rolesIn(house: House): Roles {
  const typeCode = async (ada: Visitor, { phone }: Enrolled): Promise<void> => {
    await ada.typeCode(phone.code())
    await ada.on('Overview')
    house.clock.advance({ seconds: 30 })
  }
  const addNumber = async (ada: Visitor, { phone }: Enrolled, number: string): Promise<void> => {
    await ada.open('/security/sms')
    await ada.typeCode(phone.code())
    await typeNumber(ada, number)
    await ada.typeCode(await codeOnThePhone(ada, `+49${number.slice(1)}`), 'Confirm')
    await ada.on('Security')
    house.clock.advance({ seconds: 30 })
  }
  const arrived = new Map<string, Promise<Cookies>>()
  const once =
    (role: string, go: (ada: Visitor) => Promise<void>) => async (): Promise<Visitor> => {
      const first = async (): Promise<Cookies> => {
        const ada = await house.visitor()
        await go(ada)
        return ada.context.storageState()
      }
      if (!arrived.has(role)) arrived.set(role, first())
      return house.visitor({ storageState: await arrived.get(role)! })
    }
  return {
    nobody: () => house.visitor(),
    atTheCode: once('atTheCode', async (ada) => {
      const account = await house.accounts.addEnrolled()
      await ada.typePassword(account)
      await typeCode(ada, account)
      await addNumber(ada, account, '015112345678')
      await ada.press('Log out')
      await ada.typePassword(account)
      await ada.on('Two-factor code')
    }),
    toEnroll: once('toEnroll', async (ada) => {
      await ada.typePassword(await house.accounts.add({ isStaff: 1 }))
      await ada.on('Set up two-factor')
    }),
    newcomer: once('newcomer', async (ada) => {
      await ada.typePassword(await house.accounts.add())
      await ada.on('Overview')
    }),
    member: once('member', async (ada) => {
      const account = await house.accounts.addEnrolled()
      for (const code of account.backupCodes.slice(0, 7))
        await login(house.twoFactor, account.userId, code)
      await login(house.twoFactor, account.userId, account.phone.wrongCode())
      await ada.typePassword(account)
      await ada.field('Remember this device for 30 days').check()
      await typeCode(ada, account)
      await addNumber(ada, account, '015122345678')
    }),
    staff: once('staff', async (ada) => {
      const account = await house.accounts.addEnrolled({ isStaff: 1 })
      await ada.typePassword(account)
      await typeCode(ada, account)
    }),
  }
}
