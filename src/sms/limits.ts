import { encodeBase64url } from '../crypto/base64url.ts'
import { openRecord, sealRecord } from '../crypto/envelope.ts'
import { macKeyOf, macOf } from '../crypto/derived-keys.ts'
import { keysOf } from '../crypto/keyring.ts'
import { KeystepError } from '../errors.ts'
import type { Settings } from '../record/settings.ts'
import type { Forgiven, SmsState } from '../record/subject.ts'
import { readStored, writeStored } from '../record/stored.ts'
import type { StoredRecord } from '../stores/record-store.ts'
import { CLOCK_TOLERANCE } from '../record/clock.ts'
import { untilSwapped } from '../record/swap-loop.ts'
import { budgetNumberOf } from './phone-number.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** So many sends within so long, at most. */
interface Quota {
  readonly most: number
  readonly within: number
}

const USER_QUOTAS: readonly Quota[] = [
  { most: 5, within: HOUR },
  { most: 10, within: DAY },
]
/**
 * One phone, across all users of the realm: several accounts may share it, a pumping ring may not
 * (V21).
 */
const DESTINATION_QUOTAS: readonly Quota[] = [
  { most: 10, within: HOUR },
  { most: 20, within: DAY },
]
const PAUSE = 30_000

/** When a user may be sent the next message; null for now. */
export function nextSendOf({ sentAt, forgiven }: SmsState, now: number): Date | null {
  const last = sentAt.at(-1)
  const paused = last === undefined || forgiven.last ? 0 : last + PAUSE
  const until = Math.max(paused, quotaEnd(sentAt, USER_QUOTAS, now))
  return until > now ? new Date(until) : null
}

/** What a send leaves of the pause that was given back before it. */
export function forgivenAfterSend({ forgiven }: SmsState): Forgiven {
  return { last: false, before: forgiven.last }
}

/** The sends of the last day, this one included. */
export function addSend(sentAt: readonly number[], now: number): number[] {
  return [...sentAt.filter((at) => at > now - DAY), now]
}

/**
 * The state after the provider refused a send: its pause is given back, its place in the quotas is
 * not, and never twice in a row.
 */
export function forgiveSend(sms: SmsState, sentAt: number): SmsState {
  const { last, before } = sms.forgiven
  const isLast = sms.sentAt.at(-1) === sentAt
  return isLast && !last && !before ? { ...sms, forgiven: { last: true, before } } : sms
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

/** One send from a destination's budget, by its instant. */
export interface Debited {
  readonly at: number
}

/** A send that was debited, or refused until an instant. */
export type Debit = Debited | { readonly retryAt: Date }

/**
 * Debits one send from a destination's own small record, under a keyed hash of the number: the one
 * state that users share. However a number is spelled, it is one destination.
 *
 * @throws `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`, and the record's codes.
 */
export function debitDestination(settings: Settings, number: string): Promise<Debit> {
  return changeBudget<Debit>(settings, number, ({ own, former }, now) => {
    const sentAt = [...former, ...own].sort((a, b) => a - b)
    const until = quotaEnd(sentAt, DESTINATION_QUOTAS, now)
    return until > now
      ? { result: { retryAt: new Date(until) } }
      : { result: { at: now }, next: addSend(own, now) }
  })
}

/**
 * Gives back a debit that no message followed, so that a burst costs a number no more than was sent
 * to it. Throws as {@link debitDestination}.
 */
export function creditDestination(
  settings: Settings,
  number: string,
  { at }: Debited,
): Promise<null> {
  return changeBudget(settings, number, ({ own }) => {
    const place = own.indexOf(at)
    return { result: null, ...(place >= 0 && { next: own.toSpliced(place, 1) }) }
  })
}

/**
 * The sends to a destination: those in the record under the current key, which may change, and
 * those that were counted under the other keys of the keyring, before a rotation or by servers that
 * it has not reached. Each send stands in one of them.
 */
interface Sends {
  readonly own: readonly number[]
  readonly former: readonly number[]
}

async function changeBudget<R>(
  settings: Settings,
  number: string,
  decide: (sends: Sends, now: number) => { result: R; next?: readonly number[] },
): Promise<R> {
  const { store, keyring } = settings
  const [key, ...formerKeys] = await budgetKeysOf(settings, number)
  return untilSwapped(async () => {
    const found = await readStored(store, key!)
    const elsewhere = await Promise.all(formerKeys.map((one) => readStored(store, one)))
    const now = settings.now()
    const written = await sendsIn(settings, key!, found)
    const former = await Promise.all(
      formerKeys.map((one, i) => sendsIn(settings, one, elsewhere[i]!)),
    )
    // What counts as of now has to be written down to end, and the other records are not ours.
    const near = former.flat().filter((at) => at <= now + DAY)
    const sends = { own: settle(written, now), former: settle(near, now) }
    const { result, next = sends.own } = decide(sends, now)
    if (String(next) === String(written)) return { done: result }
    const value = await sealRecord(keyring, key!, JSON.stringify(next))
    const expected = found?.version ?? null
    const expiresAt = new Date(now + DAY)
    return (await writeStored(store, key!, value, { expected, expiresAt }))
      ? { done: result }
      : 'lost'
  })
}

/** Where a destination's sends are counted: under the current key first, then under the others. */
async function budgetKeysOf({ keyring, realm }: Settings, number: string): Promise<string[]> {
  const destination = budgetNumberOf(number)
  return Promise.all(
    keysOf(keyring).map(async (entry) => {
      const mac = macOf(await macKeyOf(entry, 'sms-destination'), realm, destination)
      return `s1.${encodeBase64url(mac)}`
    }),
  )
}

async function sendsIn(
  { keyring }: Settings,
  key: string,
  found: StoredRecord | null,
): Promise<readonly number[]> {
  return found ? (JSON.parse(await openRecord(keyring, key, found.value)) as number[]) : []
}

/**
 * Sends by a clock that ran ahead. What lies within a day throws, and that ends within a day; what
 * lies beyond counts as of now, and from now on: nobody can reset a number, so that it has to end
 * by itself.
 */
function settle(sentAt: readonly number[], now: number): number[] {
  if (sentAt.some((at) => at > now + CLOCK_TOLERANCE && at <= now + DAY)) {
    throw new KeystepError(
      'ERR_CLOCK',
      'the budget of a destination was written more than 5 minutes ahead of this clock',
    )
  }
  return sentAt.map((at) => (at > now + DAY ? now : at))
}
