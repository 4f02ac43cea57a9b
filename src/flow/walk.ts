import type { Settings } from '../record/settings.ts'
import { fromStore } from '../record/stored.ts'

const PAGE = 500
/**
 * Records after which other work of the process has its turn: over a driver that answers at once, a
 * walk would never let go by itself.
 */
const TURN = 25

/**
 * How far a walk over all records of the realm has come. Keep `last`, and give it as `after` to go
 * on after an interruption.
 */
export interface MaintenanceProgress {
  readonly records: number
  readonly last: string
}

/** Options of a walk. */
export interface MaintenanceOptions {
  /** `last` of a walk that was interrupted: goes on after it. */
  after?: string | undefined
  /** Told after each page of 500 records. */
  onProgress?: ((progress: MaintenanceProgress) => void) | undefined
}

/** Visits the realm's records in key order, page by page, and returns how many there were. */
export async function walk(
  settings: Settings,
  { after, onProgress }: MaintenanceOptions,
  visit: (key: string) => Promise<void>,
): Promise<number> {
  let last = after ?? settings.recordPrefix
  let records = 0
  for (;;) {
    const keys = await pageOfKeys(settings, last, PAGE)
    for (const [i, key] of keys.entries()) {
      if (i % TURN === 0) await new Promise((resume) => setTimeout(resume))
      await visit(key)
    }
    records += keys.length
    if (keys.length > 0) {
      last = keys.at(-1)!
      onProgress?.({ records, last })
    }
    if (keys.length < PAGE) return records
  }
}

/** The realm's record keys after one of them, at most so many. */
export async function pageOfKeys(
  { store, recordPrefix }: Settings,
  after: string,
  limit: number,
): Promise<readonly string[]> {
  const page = await fromStore(() => store.keys({ after, limit }))
  return page.filter((key) => key.startsWith(recordPrefix))
}
