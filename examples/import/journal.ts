import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { RowRejection } from './import-row.ts'

/** How far the import of one file has come. No user id, key or number is in it. */
export interface Journal {
  /** SHA-256 of the file: another file's progress is worth nothing. */
  sha256: string
  /** Rows that are done, from the first on, without a gap. */
  done: number
  imported: number
  present: number
  kept: number
  /** The rows that were not imported, by line: the next run tries them again. */
  rejected: { line: number; reason: RowRejection }[]
}

export const newJournal: Journal = {
  sha256: '',
  done: 0,
  imported: 0,
  present: 0,
  kept: 0,
  rejected: [],
}

/** The journal of a file as an earlier run left it, or a new one. */
export async function openJournal(path: string, file: string): Promise<Journal> {
  const sha256 = await hashOf(file)
  if (!existsSync(path)) return { ...newJournal, sha256 }
  const journal = JSON.parse(readFileSync(path, 'utf8')) as Journal
  if (journal.sha256 === sha256) return journal
  throw new Error(
    'the file has changed since its import began: finish with the old one, or delete the progress file to begin anew',
  )
}

/** Whole or not at all, so that a run that is killed here leaves the journal before. */
export function saveJournal(path: string, journal: Journal): void {
  writeFileSync(`${path}.new`, JSON.stringify(journal), { mode: 0o600, flush: true })
  renameSync(`${path}.new`, path)
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
