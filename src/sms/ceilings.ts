import { openRecord, sealRecord } from '../crypto/envelope.ts'
import { randomBytes } from '../crypto/random.ts'
import { encodeText } from '../crypto/base64url.ts'
import { emit } from '../record/events.ts'
import type { Settings } from '../record/settings.ts'
import type { SmsCeiling } from '../record/sms-ceiling-options.ts'
import { readStored, writeStored } from '../record/stored.ts'
import { untilSwapped } from '../record/swap-loop.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Counters of one ceiling, at most: a burst of sends meets that many rows instead of one. */
const MOST_PARTS = 16
/** So few sends are no burst: they share one counter. */
const SENDS_PER_PART = 16
/** Of a ceiling, from which its operator is told. */
const NEAR = 0.8

/** One ceiling in one stretch of time. */
interface Budget {
  /** `'total'`, or the calling code. */
  readonly scope: string
  readonly most: number
  /** What its records begin with. */
  readonly key: string
  readonly until: number
}

/** A send that was counted: where, so that it can be given back. */
export interface CeilingDebit {
  readonly parts: readonly string[]
}

/**
 * Counts one send in every ceiling over its number, or in none: then the instant at which the
 * ceiling that is reached begins anew. Each ceiling is counted in several small records, chosen at
 * random, whose shares add up to it, so that no row is hot and no race counts too few.
 *
 * @throws `ERR_STORE`, `ERR_CONTENTION`, and the record's codes.
 */
export async function debitCeilings(
  settings: Settings,
  number: string,
): Promise<CeilingDebit | { readonly retryAt: Date }> {
  const parts: string[] = []
  for (const budget of budgetsOf(settings, number)) {
    const part = await debitBudget(settings, budget)
    if (part === null) {
      await creditCeilings(settings, { parts })
      await tell(settings, budget, 'sms.ceiling_reached')
      return { retryAt: new Date(budget.until) }
    }
    parts.push(part)
  }
  return { parts }
}

/** Gives a send back that no message followed. Throws as {@link debitCeilings}. */
export async function creditCeilings(settings: Settings, { parts }: CeilingDebit): Promise<void> {
  for (const part of parts) {
    await changePart(settings, part, (count) => Math.max(0, count - 1))
  }
}

function budgetsOf(settings: Settings, number: string): Budget[] {
  const { total, callingCodes = {} } = settings.sms?.ceilings ?? {}
  const codes = Object.keys(callingCodes).filter((prefix) => number.startsWith(prefix))
  const code = codes.sort((a, b) => b.length - a.length)[0]
  return [
    ...(code === undefined ? [] : stretches(settings, code, callingCodes[code]!)),
    ...(total ? stretches(settings, 'total', total) : []),
  ]
}

function stretches(
  { realm, now }: Settings,
  scope: string,
  { perHour, perDay }: SmsCeiling,
): Budget[] {
  const at = now()
  const one = (most: number | undefined, unit: 'h' | 'd', span: number): Budget[] => {
    if (most === undefined) return []
    const place = Math.floor(at / span)
    const key = `s2.${encodeText(realm)}.${scope}.${unit}${place}`
    return [{ scope, most, key, until: (place + 1) * span }]
  }
  return [...one(perHour, 'h', HOUR), ...one(perDay, 'd', DAY)]
}

/** The record that counted the send, or null where every part is full. */
async function debitBudget(settings: Settings, budget: Budget): Promise<string | null> {
  const count = partsOf(budget)
  const first = randomBytes(1)[0]! % count
  for (let i = 0; i < count; i++) {
    const place = (first + i) % count
    const share = shareOf(budget, place)
    const part = `${budget.key}.${place}`
    const counted = await changePart(settings, part, (sent) => (sent < share ? sent + 1 : null))
    if (counted === null) continue
    // Looked at where a part crosses its own line, and in the rush at the end: seldom, and never
    // too late.
    if (counted === Math.ceil(share * NEAR) || i > 0) await tellIfNear(settings, budget)
    return part
  }
  return null
}

function partsOf({ most }: Budget): number {
  return Math.min(MOST_PARTS, Math.ceil(most / SENDS_PER_PART))
}

/** The parts' shares differ by one at most, and add up to the ceiling. */
function shareOf(budget: Budget, place: number): number {
  const parts = partsOf(budget)
  return Math.floor(budget.most / parts) + (place < budget.most % parts ? 1 : 0)
}

async function tellIfNear(settings: Settings, budget: Budget): Promise<void> {
  const counts = await Promise.all(
    Array.from({ length: partsOf(budget) }, (_, place) =>
      readPart(settings, `${budget.key}.${place}`),
    ),
  )
  const sum = counts.reduce((all, { count }) => all + count, 0)
  if (sum >= budget.most * NEAR) await tell(settings, budget, 'sms.ceiling_near')
}

/** Tells once for each stretch of time: whoever creates the mark is the one who tells. */
async function tell(
  settings: Settings,
  budget: Budget,
  type: 'sms.ceiling_near' | 'sms.ceiling_reached',
): Promise<void> {
  const { onEvent, onError, store } = settings
  if (!onEvent) return
  const { scope, most, key, until } = budget
  const mark = `${key}.${type === 'sms.ceiling_near' ? 'near' : 'reached'}`
  if (await readStored(store, mark)) return
  const isFirst = await writeStored(store, mark, '1', {
    expected: null,
    expiresAt: new Date(until + DAY),
  })
  if (!isFirst) return
  const at = new Date(settings.now())
  emit(onEvent, onError, [{ type, scope, most, until: new Date(until), at, userId: '' }])
}

/** The new count, or null where the change refuses. */
async function changePart(
  settings: Settings,
  key: string,
  change: (count: number) => number | null,
): Promise<number | null> {
  const { store, keyring } = settings
  return untilSwapped(async () => {
    const { count, version } = await readPart(settings, key)
    const next = change(count)
    if (next === null) return { done: null }
    const value = await sealRecord(keyring, key, String(next))
    // A day longer than the longest stretch: what is dropped late is not counted again.
    const expiresAt = new Date(settings.now() + 2 * DAY)
    const options = { expected: version, expiresAt }
    return (await writeStored(store, key, value, options)) ? { done: next } : 'lost'
  })
}

async function readPart(
  { store, keyring }: Settings,
  key: string,
): Promise<{ count: number; version: string | null }> {
  const found = await readStored(store, key)
  if (!found) return { count: 0, version: null }
  return { count: Number(await openRecord(keyring, key, found.value)), version: found.version }
}
