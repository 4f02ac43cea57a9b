import { encodeBase64url } from '../crypto/base64url.ts'
import { openRecord, sealRecord } from '../crypto/envelope.ts'
import { currentKey, macOf, subkeyOf } from '../crypto/keyring.ts'
import { KeystepError } from '../errors.ts'
import type { Settings } from './settings.ts'
import type { SmsState } from './subject.ts'
import { fromStore } from './transact.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MOST_TRIES = 32

/** So many sends within so long, at most. */
interface Quota {
  readonly most: number
  readonly within: number
}

const USER_QUOTAS: readonly Quota[] = [{ most: 5, within: HOUR }, { most: 10, within: DAY }]
/** One phone, across all users of the realm: several accounts may share it, a pumping ring may not (V21). */
const DESTINATION_QUOTAS: readonly Quota[] = [{ most: 10, within: HOUR }, { most: 20, within: DAY }]
const PAUSE = 30_000

/** When a user may be sent the next message; null for now. */
export function nextSendOf({ sentAt, forgiven }: SmsState, now: number): Date | null {
  const last = sentAt.at(-1)
  const paused = last === undefined || last === forgiven ? 0 : last + PAUSE
  const until = Math.max(paused, quotaEnd(sentAt, USER_QUOTAS, now))
  return until > now ? new Date(until) : null
}

/** The sends of the last day, this one included. */
export function addSend(sentAt: readonly number[], now: number): number[] {
  return [...sentAt.filter((at) => at > now - DAY), now]
}

/** The state after the provider refused a send: its pause is given back, its place in the quotas is not, and never twice in a row. */
export function forgiveSend(sms: SmsState, sentAt: number): SmsState {
  const [before, last] = sms.sentAt.slice(-2).length === 2 ? sms.sentAt.slice(-2) : [null, sms.sentAt.at(-1)]
  return last !== sentAt || (before !== null && before === sms.forgiven) ? sms : { ...sms, forgiven: sentAt }
}

export function resendAt(now: number): Date {
  return new Date(now + PAUSE)
}

function quotaEnd(sentAt: readonly number[], quotas: readonly Quota[], now: number): number {
  const ends = quotas.map(({ most, within }) => {
    const inside = sentAt.filter((at) => at > now - within)
    return inside.length < most ? 0 : inside.at(-most)! + within
  })
  return Math.max(...ends)
}

/**
 * Debits one send from a destination's own small record, under a keyed hash of the number: the one state that users share.
 * Null when debited, or the instant from which it may be tried again.
 *
 * @throws `ERR_STORE`, `ERR_CONTENTION`, and the record's codes.
 */
export async function debitDestination(settings: Settings, number: string): Promise<Date | null> {
  const { store, keyring, realm } = settings
  const key = `s1.${encodeBase64url(macOf(await subkeyOf(currentKey(keyring), 'sms-destination'), realm, number))}`
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const found = await fromStore(() => store.get(key))
    const now = settings.now()
    const sentAt = found ? (JSON.parse(await openRecord(keyring, key, found.value)) as number[]) : []
    const until = quotaEnd(sentAt, DESTINATION_QUOTAS, now)
    if (until > now) return new Date(until)
    const value = await sealRecord(keyring, key, JSON.stringify(addSend(sentAt, now)))
    const put = () => store.put(key, value, { expected: found?.version ?? null, expiresAt: new Date(now + DAY) })
    if ((await fromStore(put)) !== null) return null
  }
  throw new KeystepError('ERR_CONTENTION', `the budget of a destination changed under each of ${MOST_TRIES} tries`)
}
