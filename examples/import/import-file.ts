import type { TwoFactor } from 'keystep'
import type { FileRow } from './fields.ts'
import { importRow, type RowOutcome } from './import-row.ts'
import type { Journal } from './journal.ts'
import { readRows } from './read-rows.ts'

export interface ImportOptions {
  twoFactor: TwoFactor
  file: string
  journal: Journal
  allowShortKeys?: boolean
  /** Told after every batch, with a journal that is true then: save it, draw it. */
  onBatch: (journal: Journal) => void
  /** Ends the import after the batch that is under way. */
  signal?: AbortSignal
}

const BATCH = 64

/**
 * How many rows a file has; reads it to the end, so that an unreadable file is known before
 * anything is written.
 */
export async function countRows(file: string): Promise<number> {
  let rows = 0
  for await (const row of readRows(file)) rows += row.line > 0 ? 1 : 0
  return rows
}

/**
 * Imports the rows that the journal does not have yet, and those that it has as rejected. A run
 * that was interrupted has at most one batch to do again, and that changes nothing.
 */
export async function importFile({
  twoFactor,
  file,
  journal,
  allowShortKeys = false,
  onBatch,
  signal,
}: ImportOptions): Promise<Journal> {
  const again = new Set(journal.rejected.map(({ line }) => line))
  let [place, current, batch]: [number, Journal, FileRow[]] = [0, journal, []]
  const finishBatch = async (): Promise<void> => {
    current = addTo(
      current,
      Math.max(place, journal.done),
      batch,
      await importBatch(twoFactor, batch, allowShortKeys),
    )
    batch = []
    onBatch(current)
  }
  for await (const row of readRows(file)) {
    if (signal?.aborted === true) return current
    place++
    if (place > journal.done || again.has(row.line)) batch.push(row)
    if (batch.length === BATCH) await finishBatch()
  }
  if (batch.length > 0) await finishBatch()
  return current
}

/** Side by side, but the rows of one user one after the other, as the file has them. */
async function importBatch(
  twoFactor: TwoFactor,
  batch: readonly FileRow[],
  allowShortKeys: boolean,
): Promise<RowOutcome[]> {
  const last = new Map<string | undefined, Promise<unknown>>()
  const outcomes = batch.map((row) => {
    const user = 'raw' in row ? row.raw.user_id : undefined
    const outcome = Promise.resolve(last.get(user)).then(() =>
      importRow(twoFactor, row, allowShortKeys),
    )
    last.set(user, outcome)
    return outcome
  })
  const settled = await Promise.allSettled(outcomes)
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}

function addTo(
  journal: Journal,
  done: number,
  batch: readonly FileRow[],
  outcomes: readonly RowOutcome[],
): Journal {
  const tried = new Set(batch.map(({ line }) => line))
  const next = {
    ...journal,
    done,
    rejected: journal.rejected.filter(({ line }) => !tried.has(line)),
  }
  for (const [index, { line }] of batch.entries()) {
    const outcome = outcomes[index]!
    if (outcome === 'imported' || outcome === 'present' || outcome === 'kept') next[outcome]++
    else next.rejected.push({ line, reason: outcome })
  }
  return next
}
