import { leftOf } from '../backup-codes/code-set.ts'
import type { FactorKind } from '../record/events.ts'
import { hintOf, isCountryAllowed } from '../sms/phone-number.ts'
import type { Settings } from '../record/settings.ts'
import type { Subject } from '../record/subject.ts'

/** One way to answer a challenge, for the page to offer. */
export interface FactorOffer {
  kind: FactorKind
  /** The end of a phone number, as `•••• 1234`. */
  hint?: string
  /** Which number, for `sms.send`. */
  to?: 'primary' | 'backup'
}

/**
 * What a user can answer a challenge with. A number of a country that is refused now is not
 * offered, but stays a factor.
 */
export function offersOf(settings: Settings, subject: Subject): FactorOffer[] {
  if (subject.needsSupportCode) return [{ kind: 'support_code' }]
  const offers: FactorOffer[] = []
  if (subject.factors.some(({ kind }) => kind === 'totp')) offers.push({ kind: 'totp' })
  for (const factor of subject.factors) {
    if (factor.kind !== 'sms' || !settings.sms || !isCountryAllowed(settings.sms, factor.number))
      continue
    offers.push({
      kind: 'sms',
      hint: hintOf(factor.number),
      to: factor.backup ? 'backup' : 'primary',
    })
  }
  if (subject.backupCodes && leftOf(subject.backupCodes) > 0) offers.push({ kind: 'backup_code' })
  return offers
}

/** What a user can enroll first. */
export function enrollable(settings: Settings): FactorOffer[] {
  return settings.sms ? [{ kind: 'totp' }, { kind: 'sms' }] : [{ kind: 'totp' }]
}
