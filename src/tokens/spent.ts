import { epochOf, type Subject } from '../record/subject.ts'
import { CLOCK_TOLERANCE } from '../record/clock.ts'
import { CHALLENGE_SECONDS, type Claims, claimsOf } from './token.ts'

const MOST_SPENT = 64

/** Whether a token still stands: not expired, of this epoch, and not spent. */
export function isLive(subject: Subject | null, claims: Claims, now: number): boolean {
  if (claims.expiresAt <= now || claims.epoch !== epochOf(subject)) return false
  return (
    subject === null ||
    (claims.issuedAt > subject.spentFloor && !subject.spent.some(({ id }) => id === claims.id))
  )
}

/** What a challenge carries beside what every token does. */
export interface ChallengeClaims extends Claims {
  /** Hard stops of the user before it was issued. */
  readonly stops: number
}

export function challengeClaimsOf(
  userId: string,
  { epoch, attempts }: Subject,
  now: number,
): ChallengeClaims {
  return { ...claimsOf(userId, epoch.id, now, CHALLENGE_SECONDS), stops: attempts.stops }
}

/** A challenge is over, too, once a hard stop came after it (V20). */
export function isLiveChallenge(
  subject: Subject | null,
  claims: ChallengeClaims,
  now: number,
): boolean {
  return isLive(subject, claims, now) && claims.stops === subject?.attempts.stops
}

/**
 * Spends a token, and remembers it for as long as any server whose clock is within bounds may take
 * it for unexpired. Should the list overflow, whatever was issued up to the one pushed out counts
 * as spent too: it fails closed.
 */
export function spend(subject: Subject, { id, issuedAt, expiresAt }: Claims, now: number): Subject {
  const kept = subject.spent.filter(({ until }) => until > now - CLOCK_TOLERANCE)
  const spent = [...kept, { id, issuedAt, until: expiresAt }].sort(
    (a, b) => a.issuedAt - b.issuedAt,
  )
  const pushedOut = spent.length > MOST_SPENT ? spent.shift()!.issuedAt : 0
  return { ...subject, spent, spentFloor: Math.max(subject.spentFloor, pushedOut) }
}
