import {
  createKeyring,
  createTwoFactor,
  generateKeyringKey,
  type KeystepEvent,
  type LoginVerifyInput,
  type TwoFactor,
  type TwoFactorOptions,
} from 'keystep'
import { generateTotp, parseKeyUri } from 'keystep/otp'
import { memoryStore } from 'keystep/stores/memory'
import type { RecordStore } from 'keystep/stores'
import { fakeClock } from 'keystep/testing'

/** Counts what reaches a store. */
export function countingStore(
  store: RecordStore,
): RecordStore & { reads: number; writes: number; reset(): void } {
  const counting = {
    reads: 0,
    writes: 0,
    reset: () => {
      counting.reads = 0
      counting.writes = 0
    },
    get: (key: string) => {
      counting.reads++
      return store.get(key)
    },
    put: (...args: Parameters<RecordStore['put']>) => {
      counting.writes++
      return store.put(...args)
    },
    delete: (...args: Parameters<RecordStore['delete']>) => store.delete(...args),
    keys: (...args: Parameters<RecordStore['keys']>) => store.keys(...args),
  }
  return counting
}

/**
 * A portal in miniature: one twoFactor on a counted memory store and a fake clock, with its events.
 */
export function house(options: Partial<TwoFactorOptions> = {}) {
  const clock = fakeClock(new Date('2026-11-22T12:00:00Z'))
  const store = countingStore(options.store ?? memoryStore())
  const events: KeystepEvent[] = []
  const keyring = options.keyring ?? createKeyring(generateKeyringKey())
  const twoFactor = createTwoFactor({
    issuer: 'Example Hosting',
    keyring,
    now: clock,
    onEvent: (event) => void events.push(event),
    ...options,
    store,
  })
  return { clock, store, events, keyring, twoFactor }
}

export type House = ReturnType<typeof house>

export const SESSION = 'session-1'

/** The phone: the key that the QR code carried, and its code at an instant. */
export function phoneOf(keyUri: { reveal(): string }) {
  const parsed = parseKeyUri(keyUri.reveal())
  return {
    key: parsed.key,
    code: (at: Date) =>
      generateTotp(parsed.key, {
        at,
        algorithm: parsed.algorithm,
        digits: parsed.digits,
        periodSeconds: parsed.periodSeconds ?? 30,
      }),
  }
}

/**
 * Enrolls a user through the public doors, as a portal does; returns the phone and the backup
 * codes.
 */
export async function enroll(twoFactor: TwoFactor, userId: string, now: () => Date) {
  const step = await twoFactor.stepUp.begin({
    userId,
    sessionId: SESSION,
    purpose: 'manage_factors',
    firstFactorAt: now(),
  })
  if (step.next !== 'proceed') throw new Error(`expected to proceed, got ${step.next}`)
  const begun = await twoFactor.totp.enroll({
    permit: step.permit,
    sessionId: SESSION,
    account: 'ada',
  })
  if (begun.outcome !== 'accepted') throw new Error(begun.reason)
  const phone = phoneOf(begun.keyUri)
  const confirmed = await twoFactor.totp.confirm({
    enrollment: begun.enrollment,
    sessionId: SESSION,
    code: phone.code(now()),
  })
  if (confirmed.outcome !== 'accepted') throw new Error(confirmed.reason)
  return {
    phone,
    factorId: confirmed.factorId,
    grant: confirmed.grant,
    backupCodes: confirmed.backupCodes!.reveal(),
  }
}

/** A login up to its challenge. */
export async function challenge(twoFactor: TwoFactor, userId: string): Promise<string> {
  const decision = await twoFactor.login.begin({ userId })
  if (decision.next !== 'challenge') throw new Error(`expected a challenge, got ${decision.next}`)
  return decision.challenge
}

/** A permit to manage factors, bought with a code. */
export async function permit(
  twoFactor: TwoFactor,
  userId: string,
  code: string,
  sessionId: string = SESSION,
  purpose = 'manage_factors',
): Promise<string> {
  const decision = await twoFactor.stepUp.begin({ userId, sessionId, purpose })
  if (decision.next !== 'challenge') throw new Error(`expected a challenge, got ${decision.next}`)
  const verdict = await twoFactor.stepUp.verify({ challenge: decision.challenge, code, sessionId })
  if (verdict.outcome !== 'accepted') throw new Error(verdict.reason)
  return verdict.permit
}

/** A whole login with one code: a fresh challenge, and what became of the code. */
export async function login(
  twoFactor: TwoFactor,
  userId: string,
  code: string,
  more: Partial<LoginVerifyInput> = {},
) {
  return twoFactor.login.verify({ challenge: await challenge(twoFactor, userId), code, ...more })
}

/** The accepted branch, or an error that shows what came instead. */
export function acceptedOf<T extends { outcome: string }>(
  result: T,
): Extract<T, { outcome: 'accepted' }> {
  if (result.outcome !== 'accepted')
    throw new Error(`expected to be accepted, got ${JSON.stringify(result)}`)
  return result as Extract<T, { outcome: 'accepted' }>
}

/** Waits half a minute, for the phone's next code. */
export function nextCode(
  clock: { (): Date; advance(span: { seconds: number }): Date },
  phone: Phone,
): string {
  return phone.code(clock.advance({ seconds: 30 }))
}

export type Phone = ReturnType<typeof phoneOf>

/** A code of six digits that is none of the phone's around an instant. */
export function wrongCode(phone: { code(at: Date): string }, at: Date): string {
  const near = new Set(
    [-3, -2, -1, 0, 1, 2, 3].map((steps) => phone.code(new Date(at.getTime() + steps * 30_000))),
  )
  for (let n = 0; ; n++) {
    const code = String(n).padStart(6, '0')
    if (!near.has(code)) return code
  }
}
