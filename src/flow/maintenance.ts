import { leftOf } from '../backup-codes/code-set.ts'
import { sealedUnder } from '../crypto/envelope.ts'
import { decodeBase64url } from '../crypto/base64url.ts'
import { KeystepError } from '../errors.ts'
import type { Settings } from '../record/settings.ts'
import { openSubject, sealSubject } from '../record/sealed-subject.ts'
import type { Subject } from '../record/subject.ts'
import { gateOf } from '../record/throttle.ts'
import { fromStore, readStored, writeStored } from '../record/stored.ts'

const PAGE = 500
/**
 * Records after which other work of the process has its turn: over a driver that answers at once, a
 * walk would never let go by itself.
 */
const TURN = 25
const WEAK_KEY_BYTES = 16
const NOTHING: Summary = {
  records: 0,
  enrolled: 0,
  totp: 0,
  sms: 0,
  backupCodesOut: 0,
  devices: 0,
  locked: 0,
  exhausted: 0,
  weakKeys: 0,
  unreadable: 0,
  byKey: {},
}

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

/**
 * Options of `summarize`, whose progress brings the counts so far: give both back, and an
 * interrupted walk goes on where it was.
 */
export interface SummarizeOptions {
  /** `last` of a walk that was interrupted: goes on after it. */
  after?: string | undefined
  /** `summary` of a walk that was interrupted: counts on from it. */
  counted?: Summary | undefined
  /** Told after each page of 500 records. */
  onProgress?: ((progress: MaintenanceProgress & { readonly summary: Summary }) => void) | undefined
}

/**
 * What `reseal` did. `unreadable`: records that the keyring or this version cannot open; they are
 * left as they are.
 */
export interface ResealReport {
  readonly records: number
  readonly resealed: number
  readonly unreadable: number
}

/** Counts over all records of the realm; nothing of a single user. */
export interface Summary {
  readonly records: number
  readonly enrolled: number
  readonly totp: number
  readonly sms: number
  readonly backupCodesOut: number
  readonly devices: number
  readonly locked: number
  readonly exhausted: number
  /** Users with an imported key below 128 bits (RFC 4226 R6): ask them to enroll anew. */
  readonly weakKeys: number
  readonly unreadable: number
  /** Records by the id of the key that sealed them: when an old id is gone, its key may go. */
  readonly byKey: Readonly<Record<string, number>>
}

/** `twoFactor.maintenance`: walks over all records, in bounded memory, beside live logins. */
export interface Maintenance {
  /**
   * Seals every record under the current key. A record that changes meanwhile was just sealed so.
   * @throws `ERR_STORE`, `ERR_KEYRING`
   */
  reseal(options?: MaintenanceOptions): Promise<ResealReport>
  /** Counts what there is. @throws `ERR_STORE`, `ERR_KEYRING` */
  summarize(options?: SummarizeOptions): Promise<Summary>
}

export function createMaintenance(settings: Settings): Maintenance {
  return {
    reseal: (options) => reseal(settings, options),
    summarize: (options) => summarize(settings, options),
  }
}

async function reseal(settings: Settings, options: MaintenanceOptions = {}): Promise<ResealReport> {
  const { store, keyring } = settings
  let resealed = 0
  let unreadable = 0
  const records = await walk(settings, options, async (key) => {
    const found = await readStored(store, key)
    if (!found) return
    const subject = await openOrNull(settings, key, found.value)
    if (!subject) unreadable++
    else if (sealedUnder(found.value) !== keyring.currentId) {
      const value = await sealSubject(keyring, key, subject)
      await writeStored(store, key, value, { expected: found.version })
      resealed++
    }
  })
  return { records, resealed, unreadable }
}

async function summarize(
  settings: Settings,
  { after, counted, onProgress }: SummarizeOptions = {},
): Promise<Summary> {
  const now = settings.now()
  const { byKey: counts, ...rest } = counted ?? NOTHING
  const totals = { ...rest }
  const byKey = { ...counts }
  const soFar = (records: number): Summary => ({
    ...totals,
    records: rest.records + records,
    byKey: { ...byKey },
  })
  const tell =
    onProgress &&
    (({ records, last }: MaintenanceProgress) => {
      const summary = soFar(records)
      onProgress({ records: summary.records, last, summary })
    })
  const records = await walk(settings, { after, onProgress: tell }, async (key) => {
    const found = await readStored(settings.store, key)
    if (!found) return
    const subject = await openOrNull(settings, key, found.value)
    if (!subject) {
      totals.unreadable++
      return
    }
    const id = sealedUnder(found.value)
    byKey[id] = (byKey[id] ?? 0) + 1
    const kinds = new Set(subject.factors.map(({ kind }) => kind))
    const gate = gateOf(subject.attempts.codes, now, settings.limits)
    if (kinds.size > 0) totals.enrolled++
    if (kinds.has('totp')) totals.totp++
    if (kinds.has('sms')) totals.sms++
    if (subject.backupCodes && leftOf(subject.backupCodes) === 0) totals.backupCodesOut++
    totals.devices += subject.devices.filter(({ expiresAt }) => expiresAt > now).length
    if (gate !== 'open') totals[gate.reason]++
    if (
      subject.factors.some(
        (factor) => factor.kind === 'totp' && decodeBase64url(factor.key)!.length < WEAK_KEY_BYTES,
      )
    )
      totals.weakKeys++
  })
  return soFar(records)
}

/** Visits the realm's records in key order, page by page, and returns how many there were. */
async function walk(
  settings: Settings,
  { after, onProgress }: MaintenanceOptions,
  visit: (key: string) => Promise<void>,
): Promise<number> {
  const { recordPrefix: prefix } = settings
  let last = after ?? prefix
  let records = 0
  for (;;) {
    const page = await fromStore(() => settings.store.keys({ after: last, limit: PAGE }))
    const keys = page.filter((key) => key.startsWith(prefix))
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

async function openOrNull(settings: Settings, key: string, value: string): Promise<Subject | null> {
  try {
    return await openSubject(settings.keyring, key, value)
  } catch (error) {
    if (error instanceof KeystepError && error.code !== 'ERR_KEYRING') return null
    throw error
  }
}
