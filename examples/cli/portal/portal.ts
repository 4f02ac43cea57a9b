import { createKeyring, createTwoFactor, type TwoFactor } from 'keystep'
import { sqliteStore } from 'keystep/stores/sqlite'
import Database from 'libsql'
import { Accounts } from './accounts.ts'
import { DataFolder } from './data-folder.ts'
import { Sessions } from './sessions.ts'

/** A small portal with its two own tables, and keystep's one beside them, in one SQLite file. */
export interface Portal {
  readonly folder: DataFolder
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly twoFactor: TwoFactor
  /** For a bar that knows where it ends. */
  countRecords(): number
}

export async function openPortal(path: string | undefined): Promise<Portal> {
  const folder = new DataFolder(path)
  const keyring = createKeyring(folder.keyringKeys())
  const db = new Database(folder.database)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000')
  const store = sqliteStore(db)
  await store.migrate()
  const twoFactor = createTwoFactor({ issuer: 'keystep demo', store, keyring })
  const count = db.prepare('SELECT count(*) AS records FROM keystep_records')
  const countRecords = (): number => (count.get() as { records: number }).records
  return { folder, accounts: new Accounts(db), sessions: new Sessions(db), twoFactor, countRecords }
}
