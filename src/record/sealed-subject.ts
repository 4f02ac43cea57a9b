import { openRecord, sealRecord } from '../crypto/envelope.ts'
import { byteLength } from '../crypto/frame.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { KeystepError } from '../errors.ts'
import { departureOf } from './departure.ts'
import { SCHEMA, type Subject, untouched } from './subject.ts'
import type { Counter } from './throttle.ts'

/** UTF-8 bytes of a record's text: sealed, and in base64url, they are at most 32,000 characters. */
const MOST_BYTES = 23_900
type Unsaid = keyof typeof untouched

/**
 * What is left out of the text, since nothing of it was ever touched: half of what every login
 * would otherwise parse, seal and write.
 */
const IS_UNSAID: { readonly [K in Unsaid]: (value: Subject[K]) => boolean } = {
  backupCodes: (set) => set === null,
  attempts: ({ codes, recovery, failures, stops }) =>
    failures === 0 && stops === 0 && isUntouched(codes) && isUntouched(recovery),
  spent: (spent) => spent.length === 0,
  spentFloor: (floor) => floor === 0,
  sms: ({ code, sentAt, forgiven }) =>
    code === null && sentAt.length === 0 && !forgiven.last && !forgiven.before,
  devices: (devices) => devices.length === 0,
  support: (support) => support === null,
  needsSupportCode: (needs) => !needs,
  keptUntil: (until) => until === null,
  offSince: (offSince) => offSince === null,
}
const UNSAID = Object.keys(IS_UNSAID) as Unsaid[]

function isUntouched({ streak, lockedUntil, wrongAt, stopped, relief }: Counter): boolean {
  return streak + lockedUntil + wrongAt.length === 0 && !stopped && relief === undefined
}

/** The row of a record: its text, sealed for its place in the store. */
export function sealSubject(
  keyring: Keyring,
  recordKey: string,
  subject: Subject,
): Promise<string> {
  return sealRecord(keyring, recordKey, encodeSubject(subject))
}

/**
 * One line of JSON, and a line for each of the activity, which stays text until an owner looks.
 * Every list has its cap; should the texts in the activity be so long that the bound is passed all
 * the same, its oldest lines go.
 */
export function encodeSubject(subject: Subject): string {
  const said: Partial<Record<keyof Subject, unknown>> = { ...subject, activity: undefined }
  for (const name of UNSAID) if (isUnsaid(subject, name)) said[name] = undefined
  const lines = [JSON.stringify(said), ...subject.activity]
  for (;;) {
    const text = lines.join('\n')
    if (text.length * 3 <= MOST_BYTES || byteLength(text) <= MOST_BYTES || lines.length === 1)
      return text
    lines.splice(1, 1)
  }
}

function isUnsaid(subject: Subject, name: Unsaid): boolean {
  return IS_UNSAID[name](subject[name] as never)
}

/** @throws `ERR_RECORD_VERSION`, `ERR_RECORD_MOVED`, and what opening throws. */
export async function openSubject(
  keyring: Keyring,
  recordKey: string,
  value: string,
): Promise<Subject> {
  return decodeSubject(await openRecord(keyring, recordKey, value))
}

/** The record in an opened row. @throws `ERR_RECORD_VERSION`, `ERR_RECORD_MOVED` */
export function decodeSubject(text: string): Subject {
  const [state, ...activity] = text.split('\n')
  const said = parse(state!) as Partial<Record<keyof Subject, unknown>> | null
  if (said?.schema !== SCHEMA) throw refusalOf(text)
  // Into the object that was parsed: to copy it takes as long as to parse it.
  for (const name of UNSAID) said[name] ??= untouched[name]
  said.activity = activity
  return said as unknown as Subject
}

function refusalOf(text: string): KeystepError {
  return departureOf(text)
    ? new KeystepError(
        'ERR_RECORD_MOVED',
        'the record is on its way to another place: repeat maintenance.move',
      )
    : new KeystepError(
        'ERR_RECORD_VERSION',
        'the record was written by a version of keystep that this one does not know',
      )
}

/**
 * What is authentic and yet no JSON is of another version; the parser's own error would quote the
 * record.
 */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
