import { openRecord, sealRecord } from '../crypto/envelope.ts'
import type { Keyring } from '../crypto/keyring.ts'

/** Where a record is on its way to, and its text as it was. */
export interface Departure {
  /** The user id that it gets. */
  readonly to: string
  /** Whether it stays in its store. */
  readonly stays: boolean
  readonly text: string
}

/**
 * Stands in the place of the schema's number, so that every version of keystep refuses the row as a
 * record.
 */
export const DEPARTED = 'moved'

/**
 * The row that a record under way leaves behind: it opens nothing, and holds what the next step
 * needs.
 */
export function sealDeparture(
  keyring: Keyring,
  recordKey: string,
  departure: Departure,
): Promise<string> {
  const { to, stays, text } = departure
  return sealRecord(
    keyring,
    recordKey,
    `${JSON.stringify({ schema: DEPARTED, to, stays })}\n${text}`,
  )
}

/** The departure in an opened row, or null for any other row. */
export function departureOf(text: string): Departure | null {
  const end = text.indexOf('\n')
  if (end < 0 || !text.startsWith(`{"schema":"${DEPARTED}"`)) return null
  const { to, stays } = JSON.parse(text.slice(0, end)) as Pick<Departure, 'to' | 'stays'>
  return { to, stays, text: text.slice(end + 1) }
}

/** Seals whatever a row holds under the current key, without looking into it. */
export async function sealAnew(
  keyring: Keyring,
  recordKey: string,
  value: string,
): Promise<string> {
  return sealRecord(keyring, recordKey, await openRecord(keyring, recordKey, value))
}
