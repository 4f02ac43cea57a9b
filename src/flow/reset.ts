import type { Secret } from '../crypto/secret.ts'
import { removedEvent } from './bind-factor.ts'
import { emptied } from './emptied.ts'
import type { EventDetail } from '../record/events.ts'
import { emit, factsOf } from '../record/events.ts'
import { recordActivity } from '../record/activity.ts'
import { KeystepError } from '../errors.ts'
import { requireLost } from './canary.ts'
import { recordKey } from '../record/record-key.ts'
import { openSubject } from '../record/sealed-subject.ts'
import { requireThat, type Settings } from '../record/settings.ts'
import { type StaffInput, staffOf } from './staff.ts'
import { readStored } from '../record/stored.ts'
import { stampOf, type Subject } from '../record/subject.ts'
import {
  keepSupportCode,
  newSupportCode,
  type NewSupportCode,
  showSupportCode,
} from './support-code.ts'
import { noAttempts, restart } from '../record/throttle.ts'
import { untilSwapped } from '../record/swap-loop.ts'
import { swapRecord, transact } from '../record/transact.ts'

/** Input of `recovery.reset`. */
export interface ResetInput extends StaffInput {
  /** The record cannot be opened by any key: see `recovery.reset`. */
  unreadable?: true | undefined
}

/** What `recovery.reset` leaves: the code that the user has to type after the password. */
export interface ResetDone {
  outcome: 'accepted'
  /**
   * 20 characters in groups of four, good for 24 hours. Hand it over as you would a new password.
   */
  supportCode: Secret<string>
  /** Sessions with another stamp are from before the reset. */
  securityStamp: string
}

/** `recovery.reset`. */
export async function reset(settings: Settings, input: ResetInput): Promise<ResetDone> {
  const { actor, reason } = staffOf(input)
  const { unreadable } = input
  const asked: unknown = unreadable
  requireThat(asked === undefined || asked === true, 'unreadable is true or left out')
  const support = newSupportCode()
  const told: EventDetail = { type: 'reset', actor, reason }
  if (unreadable) return resetUnreadable(settings, input, support, told)
  return transact<ResetDone>(settings, {
    userId: input.userId,
    context: input.context,
    ignoreClock: true,
    decide: (subject, now) => {
      const next = afterReset(settings, subject, { support, now })
      return {
        result: doneWith(next, support),
        next,
        events: [...(subject?.factors.map(removedEvent) ?? []), told],
      }
    },
  })
}

/** The record after a reset: nothing in it but the support code, and what tells of the past. */
function afterReset(
  { limits }: Settings,
  former: Subject | null,
  { support, now }: { support: NewSupportCode; now: number },
): Subject {
  const next = emptied(former, now)
  // The sends of the day go on counting: resetting is no way to more of them.
  const sentAt = former?.sms.sentAt.filter((at) => at <= now) ?? []
  return {
    ...next,
    sms: { ...next.sms, sentAt },
    attempts: restart(former?.attempts ?? noAttempts, now, limits),
    support: keepSupportCode(next, support, now),
    needsSupportCode: true,
    offSince: now,
    activity: former?.activity ?? [],
  }
}

function doneWith(next: Subject, support: NewSupportCode): ResetDone {
  const [supportCode, securityStamp] = [showSupportCode(support), stampOf(next)]
  return { outcome: 'accepted', supportCode, securityStamp }
}

/**
 * Puts a new record in the place of one that cannot be opened, by compare-and-swap on what was
 * looked at. Only over a keyring that is proven right, and never over what another process may
 * still read.
 */
async function resetUnreadable(
  settings: Settings,
  { userId, context }: ResetInput,
  support: NewSupportCode,
  told: EventDetail,
): Promise<ResetDone> {
  const { store, keyring } = settings
  const [key, facts] = [recordKey(settings.recordPrefix, userId), factsOf(context)]
  return untilSwapped(async () => {
    const found = await readStored(store, key)
    requireThat(found !== null, 'there is no record: reset without unreadable')
    const because = await openSubject(keyring, key, found.value).then(() => null, asError)
    requireThat(because !== null, 'the record opens: reset without unreadable')
    await requireLost(settings, found.value, because)
    const now = settings.now()
    const empty = afterReset(settings, null, { support, now })
    const next = { ...empty, touchedAt: now, activity: recordActivity([], [told], now, facts) }
    const held = { key, subject: null, version: found.version }
    if (!(await swapRecord(settings, held, next))) return 'lost'
    const event = { ...told, ...facts, at: new Date(now), userId }
    if (settings.onEvent) emit(settings.onEvent, settings.onError, [event])
    return { done: doneWith(next, support) }
  })
}

/** What kept a record shut; what is no error of keystep's goes on as it is. */
function asError(error: unknown): KeystepError {
  if (error instanceof KeystepError) return error
  throw error
}
