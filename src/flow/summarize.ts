import { leftOf } from '../backup-codes/code-set.ts'
import { sealedUnder } from '../crypto/envelope.ts'
import { openOrWhy } from './reseal.ts'
import type { Settings } from '../record/settings.ts'
import { readStored } from '../record/stored.ts'
import type { Subject } from '../record/subject.ts'
import { gateOf } from '../record/throttle.ts'
import { hasWeakKey } from './users.ts'
import { type MaintenanceProgress, walk } from './walk.ts'

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

/** Counts over all records of the realm; nothing of a single user. */
export interface Summary {
  /**
   * All records, whatever is in them: of users with factors, of those who once had some, and what
   * cannot be opened.
   */
  readonly records: number
  /** Users with at least one confirmed factor, whether or not it can be used now. */
  readonly enrolled: number
  /** Users with at least one authenticator app. */
  readonly totp: number
  /** Users with at least one phone number. Who has both counts in both. */
  readonly sms: number
  /** Users whose backup codes are all spent. */
  readonly backupCodesOut: number
  /** Remembered devices that are still good, of all users together. */
  readonly devices: number
  /** Users whose codes are locked at this moment; the lock ends by itself. */
  readonly locked: number
  /** Users at the hard stop: a backup code, a support code or `recovery.unlock` ends it. */
  readonly exhausted: number
  /** Users with an imported key below 128 bits (RFC 4226 R6): ask them to enroll anew. */
  readonly weakKeys: number
  /**
   * Users who were reset and have not yet set up anew: the password alone opens nothing for them.
   */
  readonly awaitingSupportCode: number
  /** Records that `erase` left, kept until no session of that user can be left. */
  readonly erased: number
  /** Records whose `move` was interrupted: repeat it. They open nothing until then. */
  readonly moving: number
  /**
   * Records that this keyring or this version of keystep cannot open, those of `missingKeys`
   * included.
   */
  readonly unreadable: number
  /**
   * Readable records by the id of the key that sealed them: when an old id is gone, its key may go.
   */
  readonly byKey: Readonly<Record<string, number>>
  /**
   * Records sealed under ids that the keyring has not, by id: these keys are missing here. Empty is
   * good.
   */
  readonly missingKeys: Readonly<Record<string, number>>
}

type Totals = { -readonly [K in Exclude<keyof Summary, 'byKey' | 'missingKeys'>]: number }

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
  awaitingSupportCode: 0,
  erased: 0,
  moving: 0,
  unreadable: 0,
  byKey: {},
  missingKeys: {},
}

/** `maintenance.summarize`. */
export async function summarize(
  settings: Settings,
  { after, counted, onProgress }: SummarizeOptions = {},
): Promise<Summary> {
  const now = settings.now()
  const { byKey: counts, missingKeys: gone, ...rest } = { ...NOTHING, ...counted }
  const totals: Totals = { ...rest }
  const [byKey, missingKeys] = [{ ...counts }, { ...gone }]
  const soFar = (records: number): Summary => ({
    ...totals,
    records: rest.records + records,
    byKey: { ...byKey },
    missingKeys: { ...missingKeys },
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
    const subject = await openOrWhy(settings, key, found.value)
    if (typeof subject !== 'string') {
      countOne(byKey, sealedUnder(found.value))
      count(totals, subject, settings, now)
    } else if (subject === 'moving') {
      countOne(byKey, sealedUnder(found.value))
      totals.moving++
    } else {
      totals.unreadable++
      if (subject === 'missing_key') countOne(missingKeys, sealedUnder(found.value))
    }
  })
  return soFar(records)
}

function countOne(counts: Record<string, number>, id: string): void {
  counts[id] = (counts[id] ?? 0) + 1
}

function count(totals: Totals, subject: Subject, { limits }: Settings, now: number): void {
  const kinds = new Set(subject.factors.map(({ kind }) => kind))
  const gate = gateOf(subject.attempts.codes, now, limits)
  if (kinds.size > 0) totals.enrolled++
  if (kinds.has('totp')) totals.totp++
  if (kinds.has('sms')) totals.sms++
  if (subject.backupCodes && leftOf(subject.backupCodes) === 0) totals.backupCodesOut++
  totals.devices += subject.devices.filter(({ expiresAt }) => expiresAt > now).length
  if (gate !== 'open') totals[gate.reason]++
  if (subject.factors.some(hasWeakKey)) totals.weakKeys++
  if (subject.needsSupportCode) totals.awaitingSupportCode++
  if (subject.keptUntil !== null) totals.erased++
}
