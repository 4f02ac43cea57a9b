import { createKeyring, createTwoFactor, generateKeyringKey, type TwoFactor } from 'keystep'
import { generateTotp, type OtpKey, parseKeyUri } from 'keystep/otp'
import type { RecordStore } from 'keystep/stores'
import { memoryStore } from 'keystep/stores/memory'
import { type FakeClock, fakeClock } from 'keystep/testing'
import { acceptedOf } from './case.ts'

export const SESSION = 'session-1'

/** A portal with one store and a clock that its phones share. */
export interface Portal {
  readonly twoFactor: TwoFactor
  readonly store: RecordStore
  readonly clock: FakeClock
}

export function openPortal(keys = generateKeyringKey(), store = memoryStore()): Portal {
  const clock = fakeClock()
  return {
    twoFactor: createTwoFactor({
      issuer: 'Portal',
      store,
      keyring: createKeyring(keys),
      now: clock,
    }),
    store,
    clock,
  }
}

/**
 * Enrolls a user whose password was just typed; returns the key in the phone and the backup codes.
 */
export async function enroll(
  { twoFactor, clock }: Portal,
  userId: string,
): Promise<{ key: OtpKey; backupCodes: readonly string[] }> {
  const step = await twoFactor.stepUp.begin({
    userId,
    sessionId: SESSION,
    purpose: 'manage_factors',
    firstFactorAt: clock(),
  })
  if (step.next !== 'proceed') throw new Error(`expected to proceed, got ${step.next}`)
  const begun = acceptedOf(
    await twoFactor.totp.enroll({ permit: step.permit, sessionId: SESSION, account: 'ann' }),
  )
  const { key } = parseKeyUri(begun.keyUri.reveal())
  const code = generateTotp(key, { at: clock() })
  const confirmed = acceptedOf(
    await twoFactor.totp.confirm({ enrollment: begun.enrollment, sessionId: SESSION, code }),
  )
  return { key, backupCodes: confirmed.backupCodes?.reveal() ?? [] }
}

/** The code that the phone shows in the next step. */
export function nextCode({ clock }: Portal, key: OtpKey): string {
  return generateTotp(key, { at: clock.advance({ seconds: 30 }) })
}

/** What a code becomes at a login of its own. */
export async function login(
  { twoFactor }: Portal,
  userId: string,
  code: string,
): ReturnType<TwoFactor['login']['verify']> {
  const decision = await twoFactor.login.begin({ userId })
  if (decision.next !== 'challenge') throw new Error(`expected a challenge, got ${decision.next}`)
  return twoFactor.login.verify({ challenge: decision.challenge, code })
}
