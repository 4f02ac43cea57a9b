import { leftOf } from '../backup-codes/code-set.ts'
import { labelOf } from './bind-factor.ts'
import { readActivity } from '../record/activity.ts'
import type { ActivityEntry } from '../record/events.ts'
import { hintOf } from '../sms/phone-number.ts'
import { requirementOf } from '../record/requirement.ts'
import type { Settings } from '../record/settings.ts'
import type { Factor } from '../record/subject.ts'
import { gateOf, noAttempts } from '../record/throttle.ts'
import { readRecord } from '../record/transact.ts'

/** One factor on a security page. */
export interface FactorStatus {
  factorId: string
  kind: 'totp' | 'sms'
  label: string
  createdAt: Date
  /** The end of a phone number, as `•••• 1234`. */
  hint?: string
  /** Whether a number is the backup number. */
  backup?: boolean
}

/** Everything that a security page shows; nothing of it is secret. */
export interface TwoFactorStatus {
  enrolled: boolean
  /** Whether the policy asks for a second factor now. */
  required: boolean
  /** The end of the grace period, while it runs. */
  enrollBy?: Date
  factors: readonly FactorStatus[]
  /** 0 without a set. */
  backupCodesLeft: number
  devices: readonly {
    deviceId: string
    label: string
    createdAt: Date
    lastSeenAt: Date
    expiresAt: Date
  }[]
  /** Newest first, at most 20. */
  activity: readonly ActivityEntry[]
  /** Set while authenticator and SMS codes are locked. */
  lockedUntil: Date | null
  /** Authenticator and SMS codes reached the hard stop: a backup or support code is needed. */
  exhausted: boolean
  /** Until when a support code is outstanding. */
  supportCodeUntil: Date | null
}

/**
 * Reads a user's state for a security page: one read, no write. @throws `ERR_USER_ID`,
 * `ERR_REQUIREMENT`, `ERR_STORE`, `ERR_CLOCK`, and the record's codes.
 */
export type Status = (input: { userId: string }) => Promise<TwoFactorStatus>

export async function status(
  settings: Settings,
  { userId }: Parameters<Status>[0],
): Promise<TwoFactorStatus> {
  const { subject } = await readRecord(settings, userId)
  const now = settings.now()
  const requirement = await requirementOf(settings, userId, now)
  const gate = gateOf((subject?.attempts ?? noAttempts).codes, now, settings.limits)
  const support = subject?.support
  return {
    enrolled: (subject?.factors.length ?? 0) > 0,
    ...requirement,
    factors: subject?.factors.map(showFactor) ?? [],
    backupCodesLeft: subject?.backupCodes ? leftOf(subject.backupCodes) : 0,
    devices: (subject?.devices ?? [])
      .filter(({ expiresAt }) => expiresAt > now)
      .map((device) => ({
        deviceId: device.id,
        label: device.label,
        createdAt: new Date(device.createdAt),
        lastSeenAt: new Date(device.lastSeenAt),
        expiresAt: new Date(device.expiresAt),
      })),
    activity: readActivity(subject?.activity ?? []),
    lockedUntil: gate !== 'open' && gate.reason === 'locked' ? gate.retryAt : null,
    exhausted: gate !== 'open' && gate.reason === 'exhausted',
    supportCodeUntil:
      support && !support.redeemed && support.expiresAt > now ? new Date(support.expiresAt) : null,
  }
}

function showFactor(factor: Factor): FactorStatus {
  const shown = {
    factorId: factor.id,
    kind: factor.kind,
    label: labelOf(factor),
    createdAt: new Date(factor.createdAt),
  }
  return factor.kind === 'totp'
    ? shown
    : { ...shown, hint: hintOf(factor.number), backup: factor.backup }
}
