import type { Settings } from '../record/settings.ts'
import { isLive } from './spent.ts'
import { epochOf, isEnrolled, type Subject } from '../record/subject.ts'
import { type Claims, claimsOf, mintToken, PERMIT_SECONDS, readToken } from './token.ts'

/**
 * The purpose of permits that keystep's own sensitive calls take: factors, backup codes, numbers.
 */
export const MANAGE_FACTORS = 'manage_factors'

/**
 * The purpose of permits that belong to no session yet, from `login.begin` or a support code: good
 * for enrolling alone.
 */
export const ENROLL = 'keystep.enroll'

/** What a permit rests on: a password alone, a second factor verified for it, or a support code. */
export type Basis = 'password' | 'mfa' | 'recovery'

/** Leave to make one kind of change. */
export interface PermitClaims extends Claims {
  readonly purpose: string
  readonly basis: Basis
  /** How the first factor was proven (RFC 8176), carried on to the grant. */
  readonly amr: readonly string[]
  /** When the basis was proven. */
  readonly verifiedAt: number
  /** The support code that it came from. */
  readonly supportId?: string | undefined
}

export interface PermitTerms {
  readonly userId: string
  readonly purpose: string
  readonly basis: Basis
  readonly amr: readonly string[]
  readonly verifiedAt: number
  readonly sessionId?: string | undefined
  readonly supportId?: string | undefined
}

/** A permit of 10 minutes, bound to user, session, purpose and epoch. */
export function mintPermit(
  settings: Settings,
  subject: Subject | null,
  { userId, sessionId, ...terms }: PermitTerms,
  now: number,
): Promise<string> {
  const claims: PermitClaims = {
    ...claimsOf(userId, epochOf(subject), now, PERMIT_SECONDS),
    ...terms,
  }
  return mintToken(settings, 'permit', claims, sessionId)
}

export function permitExpiry(now: number): Date {
  return new Date(now + PERMIT_SECONDS * 1000)
}

/**
 * The claims of a permit for one of these purposes, or null. Whether it still stands is for {@link
 * permits} to say, over the record.
 */
export async function readPermit(
  settings: Settings,
  permit: string,
  sessionId: string | undefined,
  purposes: readonly string[],
): Promise<PermitClaims | null> {
  const claims = await readToken<PermitClaims>(settings, 'permit', permit, sessionId)
  return claims && purposes.includes(claims.purpose) ? claims : null
}

/**
 * Whether a permit's basis still carries a change of this record: on a password alone nobody
 * changes anything beside a live factor, and a recovery stands and falls with its support code
 * (V14, V16).
 */
export function permits(subject: Subject | null, claims: PermitClaims, now: number): boolean {
  if (!isLive(subject, claims, now)) return false
  switch (claims.basis) {
    case 'password':
      return !isEnrolled(subject) && !subject?.needsSupportCode
    case 'mfa':
      return subject !== null
    case 'recovery':
      return subject?.support?.redeemed === true && subject.support.id === claims.supportId
  }
}
