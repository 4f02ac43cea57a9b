import { sealedUnder } from '../crypto/envelope.ts'
import { KeystepError, type KeystepErrorCode } from '../errors.ts'
import { sealAnew } from '../record/departure.ts'
import { openSubject } from '../record/sealed-subject.ts'
import type { Settings } from '../record/settings.ts'
import { readStored, writeStored } from '../record/stored.ts'
import type { Subject } from '../record/subject.ts'
import { expiryOf } from '../record/transact.ts'
import { type MaintenanceOptions, walk } from './walk.ts'

/**
 * What `reseal` did. `unreadable`: records that the keyring or this version cannot open; they are
 * left as they are.
 */
export interface ResealReport {
  readonly records: number
  readonly resealed: number
  readonly unreadable: number
}

/** `maintenance.reseal`. */
export async function reseal(
  settings: Settings,
  options: MaintenanceOptions = {},
): Promise<ResealReport> {
  const { store, keyring } = settings
  let resealed = 0
  let unreadable = 0
  const records = await walk(settings, options, async (key) => {
    const found = await readStored(store, key)
    if (!found) return
    const subject = await openOrWhy(settings, key, found.value)
    if (typeof subject === 'string' && subject !== 'moving') unreadable++
    else if (sealedUnder(found.value) !== keyring.currentId) {
      const value = await sealAnew(keyring, key, found.value)
      const expiry = typeof subject === 'string' ? {} : expiryOf(subject)
      await writeStored(store, key, value, { expected: found.version, ...expiry })
      resealed++
    }
  })
  return { records, resealed, unreadable }
}

/** Why a record is not to be had. */
export type Unopened = 'moving' | 'missing_key' | 'damaged' | 'newer'

const WHY: Partial<Record<KeystepErrorCode, Unopened>> = {
  ERR_RECORD_MOVED: 'moving',
  ERR_UNKNOWN_KEY: 'missing_key',
  ERR_RECORD_VERSION: 'newer',
}

/**
 * The record in a row, or why there is none to be had: it is being moved, its key is not here, or
 * it is damaged.
 */
export async function openOrWhy(
  { keyring }: Settings,
  key: string,
  value: string,
): Promise<Subject | Unopened> {
  try {
    return await openSubject(keyring, key, value)
  } catch (error) {
    if (!(error instanceof KeystepError)) throw error
    if (error.code === 'ERR_KEYRING') throw error
    return WHY[error.code] ?? 'damaged'
  }
}
