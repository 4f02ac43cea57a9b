import { randomBytes } from 'node:crypto'
import type { EventDetail } from 'keystep'
import { generateBackupCodes, hashBackupCodes } from 'keystep/backup-codes'
import { recordActivity } from '../../src/record/activity.ts'
import { cut, factsOf } from '../../src/record/events.ts'
import {
  type Device,
  newSubject,
  renewEpoch,
  type SmsFactor,
  type Subject,
  type TotpFactor,
} from '../../src/record/subject.ts'
import { newId } from '../../src/tokens/token.ts'

export const NOW = Date.parse('2026-11-22T12:00:00Z')
const mac = (): string => randomBytes(32).toString('base64url')
export const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i))

/**
 * A record in which every list is at its cap and every text as long as it may be, of one kind of
 * character.
 */
export async function fullSubject(
  letter: string,
  keyBytes = 64,
  line: 'longest' | 'usual' = 'longest',
): Promise<Subject> {
  const text = (most: number): string => cut(letter.repeat(most), most)
  const [actor, reason, label] = [text(64), text(300), text(64)]
  const totp = (): TotpFactor => ({
    kind: 'totp',
    id: newId(),
    label,
    createdAt: NOW,
    key: randomBytes(keyBytes).toString('base64url'),
    algorithm: 'SHA512',
    digits: 8,
    periodSeconds: 120,
    lastUsedStep: 59_754_561,
    drift: -2,
    lastOffset: -2,
  })
  const sms = (backup: boolean): SmsFactor => ({
    kind: 'sms',
    id: newId(),
    createdAt: NOW,
    number: '+999999999999999',
    backup,
  })
  const device = (): Device => ({
    id: newId(),
    mac: mac(),
    label,
    createdAt: NOW,
    lastSeenAt: NOW,
    expiresAt: NOW,
  })
  const issued: EventDetail = {
    type: 'support_code.issued',
    actor,
    reason,
    expiresAt: new Date(NOW),
  }
  const changed: EventDetail = {
    type: 'factor.removed',
    factorId: newId(),
    kind: 'totp',
    label: 'Authenticator app',
  }
  const facts =
    line === 'longest'
      ? factsOf({ ip: text(45), userAgent: text(160) })
      : {
          ip: '2001:db8:85a3::8a2e:370:7334',
          userAgent: 'Mozilla/5.0 (X11; Linux x86_64) '.repeat(4),
        }
  const base = renewEpoch(newSubject(), NOW)
  const counter = {
    streak: 49,
    lockedUntil: NOW,
    wrongAt: times(100, (i) => NOW / 1000 - i),
    stopped: false,
  }
  return {
    ...base,
    touchedAt: NOW,
    factors: [totp(), totp(), totp(), sms(false), sms(true)],
    backupCodes: await hashBackupCodes(generateBackupCodes({ count: 32 })),
    attempts: { ...base.attempts, codes: counter, recovery: counter, failures: 100 },
    spent: times(64, () => ({ id: newId(), issuedAt: NOW, until: NOW })),
    spentFloor: NOW,
    sms: {
      ...base.sms,
      code: { boundTo: newId(), mac: mac(), expiresAt: NOW, used: false },
      sentAt: times(10, (i) => NOW - i),
    },
    devices: times(10, device),
    support: { id: newId(), mac: mac(), issuedAt: NOW, expiresAt: NOW, redeemed: false },
    activity: times(20, (i) => i).reduce(
      (activity, i) =>
        recordActivity(activity, [line === 'longest' ? issued : changed], NOW + i, facts),
      base.activity,
    ),
  }
}
