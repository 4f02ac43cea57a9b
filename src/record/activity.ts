import type { ActivityEntry, EventDetail, EventFacts } from './events.ts'

type EventType = EventDetail['type']
type FieldOf<T extends EventType> = Exclude<keyof Extract<EventDetail, { type: T }>, 'type'>

const MOST_LINES = 20

/**
 * The fields of each event in the order of its line: a new field goes to the end, and none ever
 * goes away.
 */
const FIELDS: { readonly [T in EventType]: readonly FieldOf<T>[] } = {
  'factor.enrolled': ['factorId', 'kind', 'label'],
  'factor.imported': ['factorId', 'kind', 'label'],
  'factor.removed': ['factorId', 'kind', 'label'],
  'factor.renamed': ['factorId', 'label'],
  'code.accepted': ['kind', 'purpose', 'failuresBefore'],
  'code.rejected': ['counter', 'inARow', 'passwordKnown', 'within30Days', 'kind', 'purpose'],
  'code.refused': ['reason', 'kind', 'purpose'],
  'locked': ['counter', 'retryAt'],
  'exhausted': ['counter'],
  'backup_code.used': ['left'],
  'backup_codes.low': ['left'],
  'backup_codes.regenerated': ['count'],
  'device.remembered': ['deviceId', 'label', 'expiresAt'],
  'device.revoked': ['deviceId', 'label'],
  'sms.sent': ['to'],
  'support_code.issued': ['actor', 'reason', 'expiresAt'],
  'reset': ['actor', 'reason'],
  'password.changed': [],
  'unlocked': ['actor', 'reason', 'codesJudged'],
  'erased': ['actor', 'reason'],
  'moved': ['from', 'actor', 'reason'],
  'exported': ['actor', 'reason'],
  'restored': ['actor', 'reason'],
  'keyring.replaced': ['actor', 'reason', 'keyIds'],
  'sms.ceiling_near': ['scope', 'most', 'until'],
  'sms.ceiling_reached': ['scope', 'most', 'until'],
}

/** The number by which a record's line names its event: given once, and never given again. */
const NUMBERS: { readonly [T in EventType]: number } = {
  'factor.enrolled': 0,
  'factor.imported': 1,
  'factor.removed': 2,
  'factor.renamed': 3,
  'code.accepted': 4,
  'code.rejected': 5,
  'code.refused': 6,
  'locked': 7,
  'exhausted': 8,
  'backup_code.used': 9,
  'backup_codes.low': 10,
  'backup_codes.regenerated': 11,
  'device.remembered': 12,
  'device.revoked': 13,
  'sms.sent': 14,
  'support_code.issued': 15,
  'reset': 16,
  'password.changed': 17,
  'unlocked': 18,
  'erased': 19,
  'moved': 20,
  'exported': 21,
  'restored': 22,
  'keyring.replaced': 23,
  'sms.ceiling_near': 24,
  'sms.ceiling_reached': 25,
}

const TYPES: ReadonlyMap<number, EventType> = new Map(
  (Object.entries(NUMBERS) as [EventType, number][]).map(([type, number]) => [number, type]),
)

/**
 * What can be caused again and again without a code is one line, so that it cannot wash away the
 * history of changes: one for each value of so many of its first fields.
 */
const MERGED: { readonly [T in EventType]?: 0 | 1 } = {
  'code.rejected': 1,
  'locked': 1,
  'exhausted': 1,
  'sms.sent': 0,
  'factor.renamed': 1,
  'password.changed': 0,
}
const INSTANTS = ['at', 'firstAt', 'retryAt', 'expiresAt', 'until']

interface More {
  readonly ip?: string
  readonly userAgent?: string
  readonly count?: number
  readonly firstAt?: number
}

/**
 * An event as the record holds it: its number, its instant, what else there is to say (or 0), then
 * its fields.
 */
type Line = readonly [number: number, at: number, more: More | 0, ...fields: unknown[]]

/**
 * Adds events to the record's activity, newest last, at most 20, failures merged. Lines stay text
 * until an owner looks: a login writes one and reads none.
 */
export function recordActivity(
  activity: readonly string[],
  events: readonly EventDetail[],
  now: number,
  facts: Omit<EventFacts, 'at'>,
): readonly string[] {
  let lines = activity
  for (const event of events) {
    const fields = FIELDS[event.type].map((field) => event[field as keyof EventDetail])
    const earlier = lines.find((line) => isSame(line, event.type, fields))
    const more: More = earlier === undefined ? facts : { ...facts, ...countedOn(earlier) }
    const line: Line = [
      NUMBERS[event.type],
      now,
      Object.keys(more).length > 0 ? more : 0,
      ...fields,
    ]
    lines = [...lines.filter((other) => other !== earlier), JSON.stringify(line)]
  }
  return lines.slice(-MOST_LINES)
}

function isSame(line: string, type: EventType, fields: readonly unknown[]): boolean {
  const telling = MERGED[type]
  if (telling === undefined || !line.startsWith(`[${NUMBERS[type]},`)) return false
  return telling === 0 || (JSON.parse(line) as Line)[3] === fields[0]
}

function countedOn(line: string): More {
  const [, at, more] = JSON.parse(line) as Line
  const { count = 1, firstAt = at } = more || {}
  return { count: count + 1, firstAt }
}

/**
 * The activity for a security page, newest first. A line of a later version of keystep, of an event
 * that this one does not know, is left out.
 */
export function readActivity(activity: readonly string[]): ActivityEntry[] {
  return activity
    .map((line) => JSON.parse(line) as Line)
    .filter(([number]) => TYPES.has(number))
    .map(readLine)
    .reverse()
}

function readLine([number, at, more, ...fields]: Line): ActivityEntry {
  const type = TYPES.get(number)!
  const named = Object.fromEntries(FIELDS[type].map((field, i) => [field, fields[i]]))
  const entry: Record<string, unknown> = { type, ...named, ...(more || {}), at }
  for (const key of INSTANTS)
    if (entry[key] !== undefined) entry[key] = new Date(entry[key] as string | number)
  return entry as unknown as ActivityEntry
}
