import type { Secret } from '../crypto/secret.ts'
import { afterRestore, type AfterRestoreInput, type RestoreReport } from './after-restore.ts'
import { checkKeyring, type CheckKeyringInput, type KeyringReport } from './check-keyring.ts'
import { erase, type EraseInput } from './erase.ts'
import { type ExportInput, exportUser, type UserExport } from './export.ts'
import { move, type Moved, type MoveInput } from './move.ts'
import { reseal, type ResealReport } from './reseal.ts'
import type { Settings } from '../record/settings.ts'
import { summarize, type SummarizeOptions, type Summary } from './summarize.ts'
import { users, type UsersInput, type UsersPage } from './users.ts'
import type { MaintenanceOptions } from './walk.ts'

/**
 * `twoFactor.maintenance`: the life of records, for operators. None of it asks for a permit: guard
 * it as you guard the database. The walks over all records run in bounded memory, beside live
 * logins. docs/operations.md has the steps for each case.
 */
export interface Maintenance {
  /**
   * Seals every record under the current key. A record that changes meanwhile was just sealed so.
   * @throws `ERR_STORE`, `ERR_KEYRING`
   */
  reseal(options?: MaintenanceOptions): Promise<ResealReport>
  /** Counts what there is. @throws `ERR_STORE`, `ERR_KEYRING` */
  summarize(options?: SummarizeOptions): Promise<Summary>
  /**
   * Lists users with what an operator may know of them, a page at a time: `limit` 1 to 1,000,
   * default 100; give `next` back as `after`. One read a user.
   *
   * @throws `ERR_OPTION`, `ERR_STORE`, `ERR_KEYRING`
   */
  users(input?: UsersInput): Promise<UsersPage>
  /**
   * Asks whether this process has the right keys: call it at the start, before the portal listens.
   * One read. A check per key lies in a record of its own; it learns the keys of a rotation by
   * itself. It is made where there is no record yet, or where every key in use opens what is there
   * (one read of every record, once); after that a keyring with a wrong key, or without the one
   * that others seal with, throws.
   *
   * With `replace: true`, `actor` and `reason`, the check is written anew from this keyring, and
   * every key that it has not is given up: that is for a keyring that was lost, and reads every
   * record.
   *
   * @throws `ERR_KEYRING` for a keyring that is not the right one, `ERR_OPTION`, `ERR_STORE`,
   *   `ERR_CONTENTION`, `ERR_RECORD_SHAPE` for a damaged check, `ERR_RECORD_VERSION`.
   */
  checkKeyring(input?: CheckKeyringInput): Promise<KeyringReport>
  /**
   * Ends a user: an empty record under a new epoch takes the place of the old one, or of none, for
   * `keepSeconds` (default 90 days: your longest session). A user id that is given again inherits
   * nothing: no factor, code, lock, activity, token in flight or session. A record that no key
   * opens is reset first.
   *
   * @throws `ERR_OPTION`, `ERR_USER_ID`, `ERR_STORE`, `ERR_CONTENTION`, and the record's codes.
   */
  erase(input: EraseInput): Promise<{ outcome: 'accepted'; securityStamp: string }>
  /**
   * Gives a record another user id, another store, or both, in three writes: the record becomes one
   * that opens nothing, its state is written to `to`, what was left goes. After a crash repeat the
   * same call; until then calls for `from` throw `ERR_RECORD_MOVED`. Under another user id
   * remembered devices end; factors, codes, locks and the session's stamp stay. `occupied`: `to`
   * has a record that `erase` did not leave.
   *
   * @throws `ERR_OPTION` (a repeated move to elsewhere included), `ERR_USER_ID`, `ERR_STORE`,
   *   `ERR_CONTENTION`, and the record's codes.
   */
  move(input: MoveInput): Promise<Moved>
  /**
   * What another system needs to take a user over: key URIs with their keys, numbers, the steps
   * that were used. Written into the user's activity. Empty lists for a user without a record. See
   * docs/leaving.md.
   *
   * @throws `ERR_OPTION`, `ERR_KEY_URI`, `ERR_USER_ID`, `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`,
   *   and the record's codes.
   */
  export(input: ExportInput): Promise<Secret<UserExport>>
  /**
   * After a backup of the database was put back, and before the portal opens: renews every epoch
   * (challenges, permits, enrollments, sessions and devices end), ends support codes, takes no
   * authenticator code of now or before again, and tells what nobody can know. May be repeated, or
   * go on with `after`: records whose epoch is not older than `restoredAt` are left.
   *
   * @throws `ERR_OPTION`, `ERR_STORE`, `ERR_KEYRING`, `ERR_CONTENTION`
   */
  afterRestore(input: AfterRestoreInput): Promise<RestoreReport>
}

export function createMaintenance(settings: Settings): Maintenance {
  return {
    reseal: (options) => reseal(settings, options),
    summarize: (options) => summarize(settings, options),
    users: (input) => users(settings, input),
    checkKeyring: (input) => checkKeyring(settings, input),
    erase: (input) => erase(settings, input),
    move: (input) => move(settings, input),
    export: (input) => exportUser(settings, input),
    afterRestore: (input) => afterRestore(settings, input),
  }
}
