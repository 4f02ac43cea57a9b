import { KeystepError } from '../errors.ts'
import { recordActivity } from './activity.ts'
import { emit, type EventDetail, factsOf, type RequestContext } from './events.ts'
import { recordKey } from './record-key.ts'
import type { Settings } from './settings.ts'
import { readStored, writeStored } from './stored.ts'
import { openSubject, sealSubject } from './sealed-subject.ts'
import type { Subject } from './subject.ts'
import { untilSwapped } from './swap-loop.ts'
import { CLOCK_TOLERANCE } from './clock.ts'

/**
 * What a pure decision comes to: a result, and the record as it shall be; without `next` nothing is
 * written.
 */
export interface Decision<R> {
  readonly result: R
  readonly next?: Subject
  readonly events?: readonly EventDetail[]
  /** Set by `erase` alone: whatever else is written to a record keeps it for good. */
  readonly keptUntil?: number
}

/** One change of a user's record. */
export interface Transaction<R> {
  readonly userId: string
  readonly context?: RequestContext | undefined
  /**
   * Decides over the record as it was read. It has no effects, and may await what takes long (a
   * slow hash, the policy), remembering it, since it is asked again after a lost swap. What it
   * returns is disclosed only after its record was swapped in.
   */
  readonly decide: (subject: Subject | null, now: number) => Decision<R> | Promise<Decision<R>>
  /**
   * Set by staff's reset, unlock and erase, and after a restore: the way out after a clock that ran
   * ahead.
   */
  readonly ignoreClock?: boolean
  /** Set by `erase` alone: the events go to `onEvent`, and the record keeps nothing of them. */
  readonly silent?: boolean
}

/** A record as it was read. */
export interface Held {
  readonly key: string
  readonly subject: Subject | null
  readonly version: string | null
}

/** Reads and opens a user's record, and checks it against the clock. */
export async function readRecord(
  settings: Settings,
  userId: string,
  ignoreClock = false,
): Promise<Held> {
  const key = recordKey(settings.recordPrefix, userId)
  const found = await readStored(settings.store, key)
  if (!found) return { key, subject: null, version: null }
  const subject = await openSubject(settings.keyring, key, found.value)
  if (subject.touchedAt > settings.now() + CLOCK_TOLERANCE && !ignoreClock) {
    throw new KeystepError(
      'ERR_CLOCK',
      'the record was written more than 5 minutes ahead of this clock',
    )
  }
  return { key, subject, version: found.version }
}

/** Seals a record and swaps it in: whether it was still at the version that was read. */
export async function swapRecord(
  settings: Settings,
  { key, version }: Held,
  next: Subject,
): Promise<boolean> {
  const value = await sealSubject(settings.keyring, key, next)
  return writeStored(settings.store, key, value, { expected: version, ...expiryOf(next) })
}

/**
 * Only what `erase` left may be dropped by an engine: any other record that went missing would read
 * as "no second factor".
 */
export function expiryOf({ keptUntil, factors }: Subject): { expiresAt?: Date } {
  return keptUntil !== null && factors.length === 0 ? { expiresAt: new Date(keptUntil) } : {}
}

/**
 * The only place where a code meets a record: read, open, decide, seal, swap, and only then
 * disclose. A lost swap begins again, a bounded number of times; so a verdict exists only for a
 * committed debit, whoever else runs at the same time (V2, V6, V9).
 *
 * @throws `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`, and what opening the record throws.
 */
export async function transact<R>(settings: Settings, transaction: Transaction<R>): Promise<R> {
  const { userId, context, decide, ignoreClock, silent } = transaction
  const facts = factsOf(context)
  return untilSwapped(async () => {
    const held = await readRecord(settings, userId, ignoreClock)
    const now = settings.now()
    const { result, next, events = [], keptUntil = null } = await decide(held.subject, now)
    if (next) {
      const touchedAt = ignoreClock ? now : Math.max(now, next.touchedAt)
      const activity = recordActivity(next.activity, silent ? [] : events, now, facts)
      const written = { ...next, touchedAt, activity, keptUntil }
      if (!(await swapRecord(settings, held, written))) return 'lost'
    }
    if (settings.onEvent) {
      const told = events.map((event) => ({ ...event, ...facts, at: new Date(now), userId }))
      emit(settings.onEvent, settings.onError, told)
    }
    return { done: result }
  })
}
