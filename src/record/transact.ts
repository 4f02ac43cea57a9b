import { randomBytes } from '../crypto/random.ts'
import { KeystepError } from '../errors.ts'
import { recordActivity } from './activity.ts'
import { emit, type EventDetail, factsOf, type RequestContext } from './events.ts'
import { recordKey } from './record-key.ts'
import type { Settings } from './settings.ts'
import { readStored, writeStored } from './stored.ts'
import { openSubject, sealSubject } from './sealed-subject.ts'
import type { Subject } from './subject.ts'
import { CLOCK_TOLERANCE } from './clock.ts'

const MOST_TRIES = 64
const LONGEST_PAUSE_MS = 50

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

export interface Transaction<R, P> {
  readonly userId: string
  readonly context?: RequestContext | undefined
  /**
   * What the decision needs and cannot compute at once (a slow hash, the policy); asked again on
   * each try, so it remembers. It is given the instant that `decide` gets, so that both see a lock
   * or a challenge end at once.
   */
  readonly prepare?: (subject: Subject | null, now: number) => Promise<P>
  /**
   * Pure and synchronous: whatever it returns is disclosed only after its record was swapped in.
   */
  readonly decide: (subject: Subject | null, now: number, prepared: P) => Decision<R>
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
 * The only loop in which a code meets a record: read, open, decide, seal, swap, and only then
 * disclose. A lost swap begins again, with jitter, a bounded number of times; so a verdict exists
 * only for a committed debit, whoever else runs at the same time (V2, V6, V9).
 *
 * @throws `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`, and what opening the record throws.
 */
export async function transact<R, P = undefined>(
  settings: Settings,
  { userId, context, prepare, decide, ignoreClock, silent }: Transaction<R, P>,
): Promise<R> {
  const facts = factsOf(context)
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const held = await readRecord(settings, userId, ignoreClock)
    const now = settings.now()
    const prepared = (prepare ? await prepare(held.subject, now) : undefined) as P
    const { result, next, events = [], keptUntil = null } = decide(held.subject, now, prepared)
    if (next) {
      const touchedAt = ignoreClock ? now : Math.max(now, next.touchedAt)
      const written = {
        ...next,
        touchedAt,
        keptUntil,
        activity: recordActivity(next.activity, silent ? [] : events, now, facts),
      }
      if (!(await swapRecord(settings, held, written))) {
        await pause(tries)
        continue
      }
    }
    if (settings.onEvent)
      emit(
        settings.onEvent,
        settings.onError,
        events.map((event) => ({ ...event, ...facts, at: new Date(now), userId })),
      )
    return result
  }
  throw new KeystepError('ERR_CONTENTION', `the record changed under each of ${MOST_TRIES} tries`)
}

/**
 * Waits a random while, longer with every try, so that whoever lost a swap does not meet the same
 * winners again.
 */
export function pause(tries: number): Promise<void> {
  const share = randomBytes(1)[0]! / 256
  return new Promise((resume) => setTimeout(resume, share * Math.min(2 ** tries, LONGEST_PAUSE_MS)))
}
