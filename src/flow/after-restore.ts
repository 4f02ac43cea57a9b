import { leftOf } from '../backup-codes/code-set.ts'
import { labelOf } from './bind-factor.ts'
import { userIdOf } from '../record/record-key.ts'
import { openOrWhy } from './reseal.ts'
import { instantOf, requireThat, type Settings } from '../record/settings.ts'
import { staffOf } from './staff.ts'
import { readStored } from '../record/stored.ts'
import { type Factor, renewEpoch, type Subject } from '../record/subject.ts'
import { stepAt } from '../codes/totp-factor.ts'
import { transact } from '../record/transact.ts'
import { type MaintenanceOptions, walk } from './walk.ts'

/** Input of `maintenance.afterRestore`. */
export interface AfterRestoreInput extends MaintenanceOptions {
  /**
   * When the backup was put in place, before the portal opened again; a Date or ISO string, not in
   * the future.
   */
  restoredAt: Date | string
  actor: string
  reason: string
  /** Takes what would else be collected in `doubts`: for more users than fit into memory. */
  onDoubt?: ((doubt: RestoreDoubt) => void) | undefined
}

/**
 * What nobody can know of one user: whether these were spent or taken off after the backup was
 * made.
 */
export interface RestoreDoubt {
  readonly userId: string
  /**
   * Backup codes that the record takes for unspent: those spent since the backup are good again.
   */
  readonly backupCodesLeft: number
  /** Factors that the record takes for live: those removed since the backup are live again. */
  readonly factors: readonly { factorId: string; kind: 'totp' | 'sms'; label: string }[]
}

/** What `afterRestore` did. */
export interface RestoreReport {
  readonly records: number
  /** Records whose epoch was renewed now. */
  readonly renewed: number
  /** Records whose epoch is newer than `restoredAt`: done before, or changed since. */
  readonly left: number
  /** Records whose `move` was interrupted before the backup: repeat it, then this. */
  readonly moving: number
  readonly unreadable: number
  /** Users to tell, or to ask to set up anew; empty with `onDoubt`. */
  readonly doubts: readonly RestoreDoubt[]
}

/** `maintenance.afterRestore`. */
export async function afterRestore(
  settings: Settings,
  input: AfterRestoreInput,
): Promise<RestoreReport> {
  const staff = staffOf(input)
  const restoredAt = instantOf(input.restoredAt, 'restoredAt is a Date or an ISO string')
  requireThat(restoredAt <= settings.now(), 'restoredAt is not in the future')
  const doubts: RestoreDoubt[] = []
  const counts = { renewed: 0, left: 0, moving: 0, unreadable: 0 }
  const tell = input.onDoubt ?? ((doubt: RestoreDoubt) => void doubts.push(doubt))
  const records = await walk(settings, input, async (key) => {
    const userId = userIdOf(settings.recordPrefix, key)
    const found = await readStored(settings.store, key)
    if (!found) return
    const seen = await openOrWhy(settings, key, found.value)
    if (typeof seen === 'string') {
      counts[seen === 'moving' ? 'moving' : 'unreadable']++
      return
    }
    const before = await renew(settings, userId, restoredAt, staff)
    counts[before ? 'renewed' : 'left']++
    const doubt = before && doubtOf(userId, before)
    if (doubt) tell(doubt)
  })
  return { records, ...counts, doubts }
}

/** The record as it was before, or null where it is newer than the restore. */
function renew(
  settings: Settings,
  userId: string,
  restoredAt: number,
  staff: { actor: string; reason: string },
): Promise<Subject | null> {
  return transact<Subject | null>(settings, {
    userId,
    ignoreClock: true,
    decide: (subject, now) => {
      if (!subject || subject.epoch.at >= restoredAt) return { result: null }
      const factors = subject.factors.map((factor) => raiseFloor(factor, now))
      return {
        result: subject,
        next: { ...renewEpoch(subject, now), factors, support: null },
        events: [{ type: 'restored', ...staff }],
        ...(subject.keptUntil !== null && { keptUntil: subject.keptUntil }),
      }
    },
  })
}

/** No code of now or before is taken again: which of them were used, the backup does not know. */
function raiseFloor(factor: Factor, now: number): Factor {
  if (factor.kind !== 'totp') return factor
  return { ...factor, lastUsedStep: Math.max(factor.lastUsedStep ?? 0, stepAt(factor, now)) }
}

function doubtOf(userId: string, { factors, backupCodes }: Subject): RestoreDoubt | null {
  const backupCodesLeft = backupCodes ? leftOf(backupCodes) : 0
  if (factors.length === 0 && backupCodesLeft === 0) return null
  const listed = factors.map((one) => ({ factorId: one.id, kind: one.kind, label: labelOf(one) }))
  return { userId, backupCodesLeft, factors: listed }
}
