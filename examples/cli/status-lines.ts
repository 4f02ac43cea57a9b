import type { ActivityEntry, TwoFactorStatus } from 'keystep'
import { count } from './words.ts'

const EVENTS: Partial<Record<ActivityEntry['type'], string>> = {
  'factor.enrolled': 'an authenticator was added',
  'factor.removed': 'an authenticator was removed',
  'code.accepted': 'a code was accepted',
  'code.rejected': 'a wrong code',
  'locked': 'codes were locked for a while',
  'exhausted': 'codes were locked until a backup code is used',
  'backup_code.used': 'a backup code was used',
  'backup_codes.low': 'few backup codes were left',
  'backup_codes.regenerated': 'new backup codes were made',
}

/** The security page, in lines. */
export function statusLines(status: TwoFactorStatus): string[] {
  if (!status.enrolled) return ['Two-factor is off.', ...activityLines(status)]
  const locked = status.lockedUntil
    ? [`  Codes of the app are locked until ${timeOf(status.lockedUntil)}; backup codes are not.`]
    : []
  const exhausted = status.exhausted
    ? ['  Codes of the app are locked until a backup code is used.']
    : []
  return [
    'Two-factor is on.',
    ...status.factors.map(
      ({ label, createdAt }) => `  ${label}, since ${createdAt.toLocaleString()}`,
    ),
    `  ${count(status.backupCodesLeft, 'backup code', 'backup codes')} left`,
    ...locked,
    ...exhausted,
    ...activityLines(status),
  ]
}

function activityLines({ activity }: TwoFactorStatus): string[] {
  if (activity.length === 0) return []
  const lines = activity.map((entry) => {
    const times = entry.count !== undefined && entry.count > 1 ? `, ${entry.count} times` : ''
    return `  ${entry.at.toLocaleString()}  ${EVENTS[entry.type] ?? entry.type}${times}`
  })
  return ['', 'What happened, newest first:', ...lines]
}

export function timeOf(instant: Date): string {
  return instant.toLocaleTimeString()
}
