import type { EventDetail } from '../record/events.ts'
import { permits, type PermitClaims } from '../tokens/permit.ts'
import { spend } from '../tokens/spent.ts'
import {
  type Factor,
  isEnrolled,
  renewEpoch,
  type SmsFactor,
  type Subject,
  type TotpFactor,
} from '../record/subject.ts'
import { PERMIT_SECONDS } from '../tokens/token.ts'

const MOST_AUTHENTICATORS = 3

/** What an enrollment carries: its permit's claims, and the factor to be; a number has no key. */
interface BindingClaims extends PermitClaims {
  readonly factor: { readonly id: string; readonly key?: string }
}

/** An enrollment is good for 10 minutes from its beginning, whatever is left of its permit. */
export function enrollmentExpiry(now: number): number {
  return now + PERMIT_SECONDS * 1000
}

export function hasMostAuthenticators(subject: Subject | null): boolean {
  return (subject?.factors.filter(({ kind }) => kind === 'totp').length ?? 0) >= MOST_AUTHENTICATORS
}

/**
 * Why a factor cannot be bound at the swap, or null: a second confirm of one enrollment, a permit
 * that ended meanwhile, a key that is live.
 */
export function refusalToBind(
  subject: Subject | null,
  claims: BindingClaims,
  now: number,
): 'already_used' | 'expired' | 'limit_reached' | null {
  const {
    factor: { id, key },
  } = claims
  if (subject?.factors.some((one) => one.id === id || (one.kind === 'totp' && one.key === key)))
    return 'already_used'
  if (!permits(subject, claims, now)) return 'expired'
  return key !== undefined && claims.basis !== 'recovery' && hasMostAuthenticators(subject)
    ? 'limit_reached'
    : null
}

/**
 * Binds a proven factor and spends its permit. After a support code it takes the place of
 * everything before it.
 */
export function bindFactor(
  subject: Subject,
  factor: Factor,
  claims: PermitClaims,
  now: number,
): { next: Subject; events: EventDetail[] } {
  const isRecovery = claims.basis === 'recovery'
  const former = isRecovery ? subject.factors : replacedBy(factor, subject.factors)
  const spent = spendPermit(subject, claims, now)
  const base = former.length > 0 ? withoutFactors(spent, former, now) : spent
  const next = {
    ...addFactor(base, factor, now),
    support: null,
    ...(isRecovery && { backupCodes: null }),
  }
  return {
    next,
    events: [
      ...former.map((one) => removedEvent(one)),
      { type: 'factor.enrolled', ...describe(factor) },
    ],
  }
}

/** Adds a factor beside those there are; the first one begins a new epoch. */
export function addFactor(subject: Subject, factor: Factor, now: number): Subject {
  const base = isEnrolled(subject) ? subject : renewEpoch(subject, now)
  return { ...base, factors: [...base.factors, factor], offSince: null, needsSupportCode: false }
}

/** Takes factors off under a new epoch: whatever one of them paid for ends with it (V32). */
export function withoutFactors(subject: Subject, removed: readonly Factor[], now: number): Subject {
  const factors = subject.factors.filter((factor) => !removed.includes(factor))
  return { ...renewEpoch(subject, now), factors }
}

/** Remembered for as long as any enrollment begun with the permit can last. */
export function spendPermit(subject: Subject, claims: PermitClaims, now: number): Subject {
  return spend(subject, { ...claims, expiresAt: claims.issuedAt + 2 * PERMIT_SECONDS * 1000 }, now)
}

/**
 * A number takes the place of the one that had its role: a user has one number and one backup
 * number.
 */
function replacedBy(factor: Factor, factors: readonly Factor[]): readonly Factor[] {
  return factor.kind === 'totp'
    ? []
    : factors.filter(
        (one) =>
          one.kind === 'sms' && (one.backup === factor.backup || one.number === factor.number),
      )
}

export function removedEvent(factor: Factor): EventDetail {
  return { type: 'factor.removed', ...describe(factor) }
}

/** What an event may tell of a factor: never its key or number. */
export function describe(factor: TotpFactor | SmsFactor): {
  factorId: string
  kind: 'totp' | 'sms'
  label: string
} {
  return { factorId: factor.id, kind: factor.kind, label: labelOf(factor) }
}

export function labelOf(factor: Factor): string {
  if (factor.kind === 'totp') return factor.label
  return factor.backup ? 'Backup number' : 'Phone number'
}
