import { matchBackupCode, type DerivedBackupCode } from '../backup-codes/spend.ts'
import type { FactorKind } from '../record/events.ts'
import { isRecordMac } from '../record/record-mac.ts'
import type { Settings } from '../record/settings.ts'
import type { Subject, TotpFactor } from '../record/subject.ts'
import { isAhead, matchTotp, useStep } from './totp-factor.ts'
import type { TypedCode } from './recognize.ts'

/**
 * What a code turned out to be. A `match` carries the record with the code used up; a `replay` was
 * right once; `elsewhere` is the SMS code that another challenge of the user holds; `skewed` means
 * that an authenticator could not be asked, since the clock is behind its last used step, and that
 * nothing else matched. Where anything else was compared, that is a `guess`, and counted: an error
 * is no free try.
 */
export type Comparison =
  | { is: 'match'; kind: FactorKind; used: Subject }
  | { is: 'replay'; kind: FactorKind }
  | { is: 'elsewhere' }
  | { is: 'skewed'; guess: boolean }
  | { is: 'miss' }

export interface Typing {
  readonly code: TypedCode
  readonly factor: FactorKind | undefined
  /** The challenge or enrollment that the code was typed for. */
  readonly boundTo: string
  /** The slow hash of a backup code. */
  readonly derived: DerivedBackupCode | null
}

const MISS: Comparison = { is: 'miss' }

/**
 * Compares a code with everything of its shape that the user has. Pure; every candidate is
 * compared, wherever a match lies (V25).
 */
export function compare(
  settings: Settings,
  subject: Subject,
  typing: Typing,
  now: number,
): Comparison {
  switch (typing.code.shape) {
    case 'digits':
      return compareDigits(settings, subject, typing, now)
    case 'backup_code':
      return compareBackupCode(subject, typing.derived)
    case 'support_code':
      return compareSupportCode(subject, typing.code.text)
  }
}

function compareDigits(
  settings: Settings,
  subject: Subject,
  { code, factor, boundTo }: Typing,
  now: number,
): Comparison {
  const totp = factor === 'sms' ? MISS : compareTotp(settings, subject, code.text, now)
  const asksSms = factor !== 'totp' && settings.sms !== null
  const sms = asksSms ? compareSms(subject, code.text, boundTo, now) : MISS
  if (totp.is === 'match') return totp
  if (totp.is === 'skewed' && sms.is === 'miss')
    return { is: 'skewed', guess: totp.guess || (asksSms && subject.sms.code !== null) }
  return sms.is === 'match' || totp.is === 'miss' || totp.is === 'skewed' ? sms : totp
}

function compareTotp(
  { totp: { window } }: Settings,
  subject: Subject,
  text: string,
  now: number,
): Comparison {
  const factors = subject.factors.filter(
    (factor): factor is TotpFactor => factor.kind === 'totp' && factor.digits === text.length,
  )
  const asked = factors.filter((factor) => !isAhead(factor, window, now))
  const matches = asked.map((factor) => ({ factor, match: matchTotp(factor, text, window, now) }))
  for (const { factor, match } of matches) {
    if (match !== null && match !== 'used') {
      return {
        is: 'match',
        kind: 'totp',
        used: replaceFactor(subject, useStep(factor, match.step, now)),
      }
    }
  }
  if (matches.some(({ match }) => match === 'used')) return { is: 'replay', kind: 'totp' }
  return asked.length < factors.length ? { is: 'skewed', guess: asked.length > 0 } : MISS
}

function replaceFactor(subject: Subject, changed: TotpFactor): Subject {
  return {
    ...subject,
    factors: subject.factors.map((factor) => (factor.id === changed.id ? changed : factor)),
  }
}

export function compareSms(
  subject: Subject,
  text: string,
  boundTo: string,
  now: number,
): Comparison {
  const sent = subject.sms.code
  if (!sent || !isRecordMac(sent.mac, subject, 'sms', sent.boundTo, text)) return MISS
  if (sent.used) return { is: 'replay', kind: 'sms' }
  if (sent.boundTo !== boundTo) return { is: 'elsewhere' }
  if (sent.expiresAt <= now) return MISS
  return {
    is: 'match',
    kind: 'sms',
    used: { ...subject, sms: { ...subject.sms, code: { ...sent, used: true } } },
  }
}

function compareBackupCode(subject: Subject, derived: DerivedBackupCode | null): Comparison {
  if (!derived || !subject.backupCodes) return MISS
  const found = matchBackupCode(subject.backupCodes, derived)
  if (found.outcome === 'accepted')
    return { is: 'match', kind: 'backup_code', used: { ...subject, backupCodes: found.set } }
  return found.reason === 'already_used' ? { is: 'replay', kind: 'backup_code' } : MISS
}

function compareSupportCode(subject: Subject, text: string): Comparison {
  const { support } = subject
  if (!support || !isRecordMac(support.mac, subject, 'support', support.id, text)) return MISS
  return {
    is: 'match',
    kind: 'support_code',
    used: { ...subject, support: { ...support, redeemed: true } },
  }
}
