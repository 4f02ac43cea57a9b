// Takes users over from another system: tsx examples/import/main.ts users.csv --database
// portal.sqlite --issuer "Example Hosting" The keyring is read from KEYSTEP_KEYS. Interrupted, by
// Ctrl-C or a crash, the same command goes on where it was.
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createKeyring, createTwoFactor } from 'keystep'
import type { RecordStore } from 'keystep/stores'
import { memoryStore } from 'keystep/stores/memory'
import { sqliteStore } from 'keystep/stores/sqlite'
import Database from 'libsql'
import { dryRunStore } from './dry-run-store.ts'
import { countRows, importFile } from './import-file.ts'
import { type Journal, newJournal, openJournal, saveJournal } from './journal.ts'
import { progressBar } from './progress-bar.ts'

const usage = `usage: main.ts <users.csv | users.jsonl> --database <file> [--issuer <name>] [--realm <name>]
  [--countries +49,+43]    take phone numbers of these countries
  [--allow-short-keys]     take keys of 10 to 15 bytes, as older libraries made them
  [--dry-run]              write nothing, and say what would happen
KEYSTEP_KEYS is the keyring of the portal.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'database': { type: 'string' },
    'issuer': { type: 'string', default: 'Portal' },
    'realm': { type: 'string' },
    'countries': { type: 'string' },
    'allow-short-keys': { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
  },
})

async function run(file: string, database: string, keys: string): Promise<number> {
  const dryRun = values['dry-run']
  const store = dryRun ? existingRecords(database) : await newRecords(database)
  const countries = values.countries?.split(',')
  const options = {
    issuer: values.issuer,
    keyring: createKeyring(keys),
    realm: values.realm,
    // An import sends nothing: the user's first code is asked for at the next login.
    ...(countries && {
      sms: { countries, sender: () => Promise.reject(new Error('an import sends no message')) },
    }),
  }
  // Users imported under a key that the portal does not have would be locked out.
  const { records, unreadable } = await createTwoFactor({
    ...options,
    store,
  }).maintenance.summarize()
  if (unreadable > 0)
    throw new Error(
      `this keyring opens ${records - unreadable} of the ${records} records: take the one of the portal`,
    )
  const twoFactor = createTwoFactor({ ...options, store: dryRun ? dryRunStore(store) : store })
  const journalFile = `${file}.progress`
  const journal = dryRun ? newJournal : await openJournal(journalFile, file)
  const total = await countRows(file)
  const bar = progressBar(process.stderr, total)
  bar.show(journal.done)
  const stop = new AbortController()
  process
    .once('SIGINT', () => {
      stop.abort()
    })
    .once('SIGTERM', () => {
      stop.abort()
    })
  const onBatch = (now: Journal): void => {
    if (!dryRun) saveJournal(journalFile, now)
    bar.show(now.done)
  }
  const ended = await importFile({
    twoFactor,
    file,
    journal,
    allowShortKeys: values['allow-short-keys'],
    onBatch,
    signal: stop.signal,
  }).finally(bar.end)
  return report(ended, total, dryRun)
}

async function newRecords(database: string): Promise<RecordStore> {
  const store = sqliteStore(new Database(database))
  await store.migrate()
  return store
}

/** A dry run creates no database and no table. */
function existingRecords(database: string): RecordStore {
  if (!existsSync(database)) return memoryStore()
  const db = new Database(database)
  const table = db
    .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'keystep_records'")
    .get()
  return table ? sqliteStore(db) : memoryStore()
}

/**
 * By line and reason alone: in a file with shifted columns, what stands where the user id should be
 * may be a key.
 */
function report(
  { done, imported, present, kept, rejected }: Journal,
  total: number,
  dryRun: boolean,
): number {
  for (const { line, reason } of rejected) console.log(`line ${line}: ${reason}`)
  console.log(
    `${dryRun ? 'dry run, nothing was written: ' : ''}imported ${imported}, present ${present}, kept ${kept}, rejected ${rejected.length}`,
  )
  if (done < total)
    console.log(`interrupted after ${done} of ${total} rows: the same command goes on from there`)
  return done < total ? 130 : rejected.length > 0 ? 2 : 0
}

const [file] = positionals
const { KEYSTEP_KEYS } = process.env
if (
  file === undefined ||
  positionals.length > 1 ||
  values.database === undefined ||
  KEYSTEP_KEYS === undefined ||
  !existsSync(file)
) {
  console.error(usage)
  process.exitCode = 64
} else {
  process.exitCode = await run(file, values.database, KEYSTEP_KEYS).catch((error: unknown) => {
    const { code, name, message } = error as { code?: string; name: string; message: string }
    console.error(`stopped: ${code ?? name}: ${message}`)
    return 1
  })
}
