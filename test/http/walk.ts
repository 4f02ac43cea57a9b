import { expect } from 'vitest'
import { phoneOf } from '../flow/house.ts'
import { type Answer, type Browser, browser, type Portal } from './portal.ts'

/** What a user holds after enrolling in the browser. */
export interface Enrolled {
  at: Browser
  userId: string
  phone: ReturnType<typeof phoneOf>
  factorId: string
  backupCodes: string[]
  /** Everything secret that a page showed once. */
  shown: string[]
}

export function text(answer: Answer, name: string): string {
  const value = answer.body[name]
  if (typeof value !== 'string')
    throw new Error(`${name} is missing in ${answer.status} ${answer.text}`)
  return value
}

/** Logs in by the password alone and enrolls an authenticator, all over HTTP. */
export async function enrollOver(p: Portal, userId: string): Promise<Enrolled> {
  const at = browser(p.serve)
  await at.login(userId)
  const step = await at.post('/step-up/begin', { purpose: 'manage_factors' })
  const begun = await at.post('/totp/enroll', { permit: text(step, 'permit'), label: 'Phone' })
  const keyUri = text(begun, 'keyUri')
  const phone = phoneOf({ reveal: () => keyUri })
  const confirmed = await at.post('/totp/confirm', {
    enrollment: text(begun, 'enrollment'),
    code: phone.code(p.clock()),
  })
  expect(confirmed.status).toBe(200)
  p.clock.advance({ seconds: 30 })
  const backupCodes = confirmed.body['backupCodes'] as string[]
  return {
    at,
    userId,
    phone,
    factorId: text(confirmed, 'factorId'),
    backupCodes,
    shown: [keyUri, phone.key.revealBase32(), ...backupCodes],
  }
}

/** A new browser up to the code page. */
export async function challenged(p: Portal, userId: string): Promise<Browser> {
  const at = browser(p.serve)
  const begun = await at.login(userId)
  expect(begun.body['next']).toBe('challenge')
  return at
}

/** A permit for a purpose, bought with the phone's next code where one is asked for. */
export async function permitOver(
  p: Portal,
  { at, phone }: Pick<Enrolled, 'at' | 'phone'>,
  purpose = 'manage_factors',
): Promise<string> {
  const begun = await at.post('/step-up/begin', { purpose })
  if (begun.body['next'] === 'proceed') return text(begun, 'permit')
  const verified = await at.post('/step-up/verify', {
    challenge: text(begun, 'challenge'),
    code: phone.code(p.clock.advance({ seconds: 30 })),
  })
  return text(verified, 'permit')
}
