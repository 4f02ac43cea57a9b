import { attempt } from '../codes/attempt.ts'
import type { FactorKind, RequestContext } from '../record/events.ts'
import { type Assurance, mintStepUpGrant, type StepUpGrant } from './grant.ts'
import { checkAmr } from './login.ts'
import { type FactorOffer, offersOf } from './offer.ts'
import { type Outcome, rejected, type Verdict } from '../record/outcome.ts'
import {
  type Basis,
  ENROLL,
  MANAGE_FACTORS,
  mintPermit,
  permitExpiry,
  readPermit,
} from '../tokens/permit.ts'
import { checkUserId } from '../record/record-key.ts'
import { instantOf, isText, requireThat, type Settings } from '../record/settings.ts'
import { type ChallengeClaims, challengeClaimsOf, isLive } from '../tokens/spent.ts'
import { isEnrolled, stampOf, type Subject } from '../record/subject.ts'
import { checkSessionId, mintToken, PERMIT_SECONDS, readToken } from '../tokens/token.ts'
import { readRecord } from '../record/transact.ts'

/** Input of `stepUp.begin`. Instants may be ISO strings, as a session keeps them. */
export interface StepUpBeginInput {
  userId: string
  /** The session that asks; its permit works in no other. It never stands in a token. */
  sessionId: string
  /**
   * What the permit is for, such as `'dns.change'`, or `MANAGE_FACTORS` for keystep's own sensitive
   * calls. 1 to 64 characters.
   */
  purpose: string
  /** When the first factor was last proven in this session. */
  firstFactorAt?: Date | string | undefined
  /** Of this session's grant, or of its last step-up. */
  lastVerified?: { assurance: Assurance; verifiedAt: Date | string } | undefined
  /**
   * The session's, from its grant. With the current stamp the proofs above count by their age
   * alone, with another one never; without one, only if they are not from before it was renewed, by
   * the clock.
   */
  securityStamp?: string | undefined
  /** How the first factor was proven (RFC 8176). Default `['pwd']`. */
  amr?: readonly string[] | undefined
  context?: RequestContext | undefined
}

/** What has to happen before the door may be opened. */
export type StepUpDecision =
  | {
      next: 'proceed'
      permit: string
      expiresAt: Date
      because: 'recently_verified' | 'not_enrolled'
    }
  | { next: 'challenge'; challenge: string; factors: readonly FactorOffer[]; expiresAt: Date }
  /**
   * No second factor is enrolled and the first is older than 10 minutes: ask for the password
   * again.
   */
  | { next: 'confirm_first_factor' }

interface StepUpClaims extends ChallengeClaims {
  readonly for: 'step-up'
  readonly purpose: string
  readonly amr: readonly string[]
}

/**
 * `twoFactor.stepUp`: a fresh proof before a sensitive operation (ASVS 7.5.3), bound to one session
 * and one purpose.
 */
export interface StepUp {
  /**
   * Decides whether a code is needed. One read, no write. A remembered device never suffices, and
   * `MANAGE_FACTORS` always costs a code of its own once a factor is live.
   *
   * @throws `ERR_USER_ID`, `ERR_OPTION`, `ERR_STORE`, `ERR_CLOCK`, and the record's codes.
   */
  begin(input: StepUpBeginInput): Promise<StepUpDecision>
  /**
   * Checks one code against a step-up challenge; counted together with the codes of logins (V4).
   * @throws as `login.verify`
   */
  verify(input: {
    challenge: string
    code: string
    sessionId: string
    factor?: FactorKind | undefined
    context?: RequestContext | undefined
  }): Promise<Verdict<{ permit: string; expiresAt: Date }>>
  /**
   * Turns a permit into a grant, at the door itself. One read, no write; a permit can be checked
   * again until it expires. With a `securityStamp` that is not the current one, none is good.
   *
   * @throws `ERR_TOKEN_KIND` and as `begin`
   */
  check(input: {
    permit: string
    userId: string
    sessionId: string
    purpose: string
    /** The session's, from its grant. */
    securityStamp?: string | undefined
  }): Promise<Outcome<{ grant: StepUpGrant }, 'expired'>>
}

export function createStepUp(settings: Settings): StepUp {
  return {
    begin: (input) => begin(settings, input),
    verify: (input) => verify(settings, input),
    check: (input) => check(settings, input),
  }
}

async function begin(settings: Settings, input: StepUpBeginInput): Promise<StepUpDecision> {
  const { userId, sessionId, purpose, firstFactorAt, lastVerified, securityStamp } = input
  checkSessionId(sessionId)
  checkPurpose(purpose)
  const amr = checkAmr(input.amr)
  const { subject } = await readRecord(settings, userId)
  const now = settings.now()
  const proceed = async (
    because: 'recently_verified' | 'not_enrolled',
    basis: Basis,
    verifiedAt: number,
  ): Promise<StepUpDecision> => {
    const permit = await mintPermit(
      settings,
      subject,
      { userId, sessionId, purpose, basis, amr, verifiedAt },
      now,
    )
    return { next: 'proceed', permit, expiresAt: permitExpiry(now), because }
  }
  // After a reset there is nothing to step up to: the next login asks for the support code.
  if (subject?.needsSupportCode) return { next: 'confirm_first_factor' }
  if (!isEnrolled(subject)) {
    const at =
      firstFactorAt === undefined
        ? null
        : instantOf(firstFactorAt, 'firstFactorAt is a Date or an ISO string')
    return at !== null &&
      isFresh(at, now) &&
      isOfEpoch(at, subject?.epoch.at ?? 0, subject, securityStamp)
      ? proceed('not_enrolled', 'password', at)
      : { next: 'confirm_first_factor' }
  }
  if (lastVerified?.assurance === 'mfa' && purpose !== MANAGE_FACTORS) {
    const at = instantOf(
      lastVerified.verifiedAt,
      'lastVerified.verifiedAt is a Date or an ISO string',
    )
    const { epoch } = subject
    if (
      isFresh(at, now) &&
      isOfEpoch(at, Math.max(epoch.at, (epoch.provenAfter ?? -1) + 1), subject, securityStamp)
    )
      return proceed('recently_verified', 'mfa', at)
  }
  const claims: StepUpClaims = {
    ...challengeClaimsOf(userId, subject, now),
    for: 'step-up',
    purpose,
    amr,
  }
  const challenge = await mintToken(settings, 'challenge', claims, sessionId)
  return {
    next: 'challenge',
    challenge,
    factors: offersOf(settings, subject),
    expiresAt: new Date(claims.expiresAt),
  }
}

/** Fresh: at most 10 minutes old, and not in the future. */
function isFresh(at: number, now: number): boolean {
  return at <= now && at > now - PERMIT_SECONDS * 1000
}

/**
 * Whether a proof is of this epoch: by the session's stamp, or, without one, by its instant, with
 * no tolerance.
 */
function isOfEpoch(
  at: number,
  since: number,
  subject: Subject | null,
  stamp: string | undefined,
): boolean {
  return stamp === undefined ? at >= since : stamp === stampOf(subject)
}

async function verify(
  settings: Settings,
  { challenge, code, sessionId, factor, context }: Parameters<StepUp['verify']>[0],
): ReturnType<StepUp['verify']> {
  const claims = await readStepUpChallenge(settings, challenge, sessionId)
  if (!claims) return rejected('expired')
  const { userId, purpose, amr } = claims
  const verdict = await attempt<Verdict<{ subject: Subject; at: number }>>(
    settings,
    { claims, code, factor, purpose, context, takesSupportCode: false },
    ({ subject, failuresBefore }, now) => ({
      result: { outcome: 'accepted', failuresBefore, subject, at: now },
      next: subject,
    }),
  )
  if (verdict.outcome === 'rejected') return verdict
  const { subject, at, failuresBefore } = verdict
  const permit = await mintPermit(
    settings,
    subject,
    { userId, sessionId, purpose, basis: 'mfa', amr, verifiedAt: at },
    at,
  )
  return { outcome: 'accepted', failuresBefore, permit, expiresAt: permitExpiry(at) }
}

/** The claims of an authentic step-up challenge of this session, or null. */
async function readStepUpChallenge(
  settings: Settings,
  challenge: string,
  sessionId: string,
): Promise<StepUpClaims | null> {
  checkSessionId(sessionId)
  const claims = await readToken<StepUpClaims>(settings, 'challenge', challenge, sessionId)
  return claims?.for === 'step-up' ? claims : null
}

async function check(
  settings: Settings,
  { permit, userId, sessionId, purpose, securityStamp }: Parameters<StepUp['check']>[0],
): ReturnType<StepUp['check']> {
  checkUserId(userId)
  checkSessionId(sessionId)
  checkPurpose(purpose)
  const claims = await readPermit(settings, permit, sessionId, [purpose])
  if (claims?.userId !== userId) return rejected('expired')
  const { subject } = await readRecord(settings, userId)
  if (!isLive(subject, claims, settings.now())) return rejected('expired')
  if (securityStamp !== undefined && securityStamp !== stampOf(subject)) return rejected('expired')
  // A permit that rests on the password alone ends with the first factor that is bound.
  if (claims.basis === 'password' && (isEnrolled(subject) || subject?.needsSupportCode))
    return rejected('expired')
  const assurance = claims.basis === 'mfa' ? 'mfa' : 'password'
  const verifiedAt = new Date(claims.verifiedAt)
  return {
    outcome: 'accepted',
    grant: mintStepUpGrant({
      userId,
      sessionId,
      purpose,
      assurance,
      verifiedAt,
      securityStamp: stampOf(subject),
    }),
  }
}

function checkPurpose(purpose: string): void {
  requireThat(
    isText(purpose, 64) && purpose !== ENROLL,
    'purpose is 1 to 64 characters, and not one that keystep keeps for itself',
  )
}
