import { hashPassword } from './password.ts'
import type { Portal } from './portal.ts'

export const DEMO_PASSWORD = 'correct horse battery'
export const DEMO_ACCOUNTS = [
  {
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    company: 'Lovelace Hosting',
    isStaff: 0,
    is: 'main account',
  },
  {
    email: 'ben@example.com',
    name: 'Ben Bitdiddle',
    company: 'Lovelace Hosting',
    isStaff: 0,
    is: 'sub-account of Ada',
  },
  { email: 'sam@example.com', name: 'Sam Support', company: '', isStaff: 1, is: 'support staff' },
] as const

const DEMO_RECORDS = [
  { name: '@', type: 'A', value: '192.0.2.10' },
  { name: '@', type: 'MX', value: '10 mail.lovelace.example' },
] as const

/** Makes the accounts that are shown at the start, where they are not there yet. */
export async function addDemoAccounts({
  data: { users, dnsRecords },
  now,
}: Pick<Portal, 'data' | 'now'>): Promise<void> {
  for (const { email, name, company, isStaff, is } of DEMO_ACCOUNTS) {
    if (await users.byEmail(email)) continue
    const accountId =
      is === 'sub-account of Ada' ? (await users.byEmail('ada@example.com'))!.id : null
    const user = await users.add(
      { email, name, company, isStaff, accountId, password: await hashPassword(DEMO_PASSWORD) },
      now(),
    )
    if (user && is === 'main account')
      for (const record of DEMO_RECORDS) await dnsRecords.add(user.id, record, now())
  }
}
