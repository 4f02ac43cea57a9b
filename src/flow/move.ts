import { openRecord } from '../crypto/envelope.ts'
import type { RecordStore } from '../stores/record-store.ts'
import { readActivity, recordActivity } from '../record/activity.ts'
import { departureOf, sealDeparture } from '../record/departure.ts'
import { emit, type EventDetail, factsOf, type RequestContext } from '../record/events.ts'
import { type Change, rejected } from '../record/outcome.ts'
import { recordKey } from '../record/record-key.ts'
import { decodeSubject, openSubject, sealSubject } from '../record/sealed-subject.ts'
import { requireThat, type Settings } from '../record/settings.ts'
import { staffOf } from './staff.ts'
import { fromStore, readStored, writeStored } from '../record/stored.ts'
import type { Subject } from '../record/subject.ts'
import { type Turn, untilSwapped } from '../record/swap-loop.ts'
import { expiryOf } from '../record/transact.ts'

/** Where a record is, or shall be. */
export interface MovePlace {
  userId: string
  /** Default the store of `createTwoFactor`. */
  store?: RecordStore | undefined
}

/** Input of `maintenance.move`. */
export interface MoveInput {
  from: MovePlace
  to: MovePlace
  actor: string
  reason: string
  context?: RequestContext | undefined
}

/** `not_found`: nothing is at `from`. `occupied`: `to` has a record of its own. */
export type Moved = Change<object, 'not_found' | 'occupied'>

interface Place {
  readonly store: RecordStore
  readonly key: string
  readonly userId: string
}

interface Journey {
  readonly from: Place
  readonly to: Place
  readonly event: Extract<EventDetail, { type: 'moved' }>
  readonly facts: ReturnType<typeof factsOf>
}

/** `maintenance.move`. */
export async function move(settings: Settings, input: MoveInput): Promise<Moved> {
  const staff = staffOf(input)
  const [from, to] = [placeOf(settings, input.from), placeOf(settings, input.to)]
  requireThat(from.store !== to.store || from.key !== to.key, 'from and to are two places')
  const event = { type: 'moved', from: from.userId, ...staff } as const
  const journey = { from, to, event, facts: factsOf(input.context) }
  return untilSwapped(() => walkOn(settings, journey))
}

function placeOf(settings: Settings, place: MovePlace): Place {
  const given: unknown = place
  requireThat(typeof given === 'object' && given !== null, 'from and to are objects with a userId')
  const { userId, store = settings.store } = place
  return { store, key: recordKey(settings.recordPrefix, userId), userId }
}

/** Step by step to the end, or until somebody else was faster. */
async function walkOn(settings: Settings, journey: Journey): Promise<Turn<Moved>> {
  for (;;) {
    const done = await step(settings, journey)
    if (done === 'lost') return done
    if (done !== 'written') return { done }
  }
}

/**
 * The next of the three writes, by what is there: the record becomes a departure, the departure's
 * state is written to its new place, the departure goes. Whoever comes after a crash goes on from
 * there.
 */
async function step(settings: Settings, journey: Journey): Promise<Moved | 'written' | 'lost'> {
  const { from, to } = journey
  const source = await readStored(from.store, from.key)
  const target = await readStored(to.store, to.key)
  if (!source) {
    const arrived =
      target && hasArrived(await openSubject(settings.keyring, to.key, target.value), from)
    return arrived ? { outcome: 'accepted' } : rejected('not_found')
  }
  const text = await openRecord(settings.keyring, from.key, source.value)
  const departure = departureOf(text)
  const state = decodeSubject(departure ? departure.text : text)
  const there = target && (await openSubject(settings.keyring, to.key, target.value))
  // The key inside the record is its own: where it is the same, this record has been written
  // already.
  const isWritten = departure !== null && there?.macKey === state.macKey
  if (there && !isWritten && there.keptUntil === null) return rejected('occupied')
  const stays = from.store === to.store
  if (!departure) {
    const value = await sealDeparture(settings.keyring, from.key, { to: to.userId, stays, text })
    const isDeparted = await writeStored(from.store, from.key, value, { expected: source.version })
    return isDeparted ? 'written' : 'lost'
  }
  requireThat(
    departure.to === to.userId && departure.stays === stays,
    'the record is on its way to another place: repeat the move that was begun',
  )
  if (!isWritten) {
    const isArrived = await arrive(settings, journey, state, target?.version ?? null)
    return isArrived ? 'written' : 'lost'
  }
  const gone = await fromStore(() => from.store.delete(from.key, { expected: source.version }))
  return gone === 'deleted' ? { outcome: 'accepted' } : 'lost'
}

/** Whether a record says that it came from there. */
function hasArrived({ activity }: Subject, { userId }: Place): boolean {
  return readActivity(activity).some((entry) => entry.type === 'moved' && entry.from === userId)
}

async function arrive(
  settings: Settings,
  { from, to, event, facts }: Journey,
  state: Subject,
  expected: string | null,
): Promise<boolean> {
  const now = settings.now()
  const next: Subject = {
    ...state,
    touchedAt: Math.max(now, state.touchedAt),
    // Their tokens name the user id before: under another one they are good for nothing.
    devices: from.userId === to.userId ? state.devices : [],
    activity: recordActivity(state.activity, [event], now, facts),
  }
  const value = await sealSubject(settings.keyring, to.key, next)
  if (!(await writeStored(to.store, to.key, value, { expected, ...expiryOf(next) }))) return false
  const told = { ...event, ...facts, at: new Date(now), userId: to.userId }
  if (settings.onEvent) emit(settings.onEvent, settings.onError, [told])
  return true
}
