import type { User } from '../../../examples/portal/data/users.ts'
import { DEMO_PASSWORD } from '../../../examples/portal/demo-accounts.ts'
import { hashPassword } from '../../../examples/portal/password.ts'
import type { Portal } from '../../../examples/portal/portal.ts'
import { enroll } from '../../flow/house.ts'
import { type Phone, phoneWith } from '../phone.ts'

/** A customer of the portal. */
export interface Account {
  userId: string
  email: string
  password: string
}

/** A customer with an authenticator. */
export interface Enrolled extends Account {
  phone: Phone
  backupCodes: string[]
}

type More = Partial<Pick<User, 'isStaff' | 'accountId'>>

export interface Accounts {
  /** Without a second factor. */
  add(more?: More): Promise<Account>
  /** With one; the code that confirmed it is half a minute old. */
  addEnrolled(more?: More): Promise<Enrolled>
}

/** Makes customers without the pages, where those are not what a test is about. */
export function accountsOf(
  { data, twoFactor }: Portal,
  clock: { (): Date; advance(span: { seconds: number }): Date },
): Accounts {
  const password = hashPassword(DEMO_PASSWORD)
  let made = 0
  const add = async (more: More = {}): Promise<Account> => {
    const email = `customer-${++made}@example.com`
    const user = await data.users.add(
      {
        email,
        name: `Customer ${made}`,
        company: `Company ${made}`,
        password: await password,
        ...more,
      },
      clock(),
    )
    return { userId: user!.id, email, password: DEMO_PASSWORD }
  }
  const addEnrolled = async (more: More = {}): Promise<Enrolled> => {
    const account = await add(more)
    const { phone, backupCodes } = await enroll(twoFactor, account.userId, clock)
    clock.advance({ seconds: 30 })
    return {
      ...account,
      phone: phoneWith(phone.key.revealBase32(), clock),
      backupCodes: [...backupCodes],
    }
  }
  return { add, addEnrolled }
}
