import { attempt } from '../codes/attempt.ts'
import type { Attempt } from '../codes/trial.ts'
import {
  rememberDevice as remember,
  recognizeDevice,
  type DeviceIssued,
  touchDevice,
} from '../tokens/device.ts'
import type { FactorKind, RequestContext } from '../record/events.ts'
import { type LoginGrant, mintLoginGrant } from './grant.ts'
import { enrollable, type FactorOffer, offersOf } from './offer.ts'
import { rejected, type Verdict } from '../record/outcome.ts'
import { ENROLL, mintPermit } from '../tokens/permit.ts'
import { requirementOf } from '../record/requirement.ts'
import { isText, requireThat, type Settings } from '../record/settings.ts'
import { type ChallengeClaims, challengeClaimsOf } from '../tokens/spent.ts'
import { isEnrolled, stampOf, type Subject } from '../record/subject.ts'
import { mintToken, readToken } from '../tokens/token.ts'
import { readRecord } from '../record/transact.ts'
import { leftOf } from '../backup-codes/code-set.ts'
import { KeystepError } from '../errors.ts'

/** Input of `login.begin`: the first factor was right. */
export interface LoginBeginInput {
  userId: string
  /**
   * What the device cookie holds. Anything but a live device token of this user counts as none; a
   * token of another kind throws `ERR_TOKEN_KIND`.
   */
  deviceToken?: string | undefined
  /** How the first factor was proven (RFC 8176). Default `['pwd']`. */
  amr?: readonly string[] | undefined
  /**
   * The portal's own flag that this user is enrolled: with it a missing record is an error and
   * never "no second factor".
   */
  expectEnrolled?: boolean | undefined
  context?: RequestContext | undefined
}

/** What has to happen before a session may be opened. */
export type LoginDecision =
  /**
   * Nothing more: open the session with the grant. `enrollBy`: from then on a second factor is
   * required.
   */
  | {
      next: 'proceed'
      grant: LoginGrant
      because: 'not_enrolled' | 'remembered_device'
      enrollBy?: Date
    }
  /** Ask for a code. The challenge is good for 5 minutes and one success. */
  | { next: 'challenge'; challenge: string; factors: readonly FactorOffer[]; expiresAt: Date }
  /** A second factor is required and there is none: enroll now; `confirm` returns the grant. */
  | { next: 'enroll'; permit: string; factors: readonly FactorOffer[] }

/** Input of `login.verify`. */
export interface LoginVerifyInput {
  challenge: string
  /** What the user typed, whatever it is. */
  code: string
  /**
   * Names the factor where the page has a field for each; without it the shape and what is enrolled
   * decide.
   */
  factor?: FactorKind | undefined
  /** The user ticked "remember this device"; the label is cut to 64 characters. */
  rememberDevice?: { label: string } | undefined
  context?: RequestContext | undefined
}

/** What an accepted login carries. */
export interface LoginAccepted {
  grant: LoginGrant
  /** Set it as a cookie until `expiresAt`. */
  device?: DeviceIssued
  /** Where the user has backup codes. */
  backupCodesLeft?: number
}

/** A verdict, or, after a support code, leave to enroll anew. */
export type LoginVerdict = Verdict<LoginAccepted> | { outcome: 'enroll'; permit: string }

interface LoginClaims extends ChallengeClaims {
  readonly for: 'login'
  readonly amr: readonly string[]
}

/** `twoFactor.login`: from the right password to a session. */
export interface Login {
  /**
   * Decides what has to follow the first factor. One read and no write, but for a remembered
   * device's last-seen instant once a day.
   *
   * @throws `ERR_USER_ID`, `ERR_RECORD_MISSING` (`expectEnrolled`), `ERR_REQUIREMENT`, `ERR_STORE`,
   *   `ERR_CLOCK`, `ERR_TOKEN_KIND`, and the record's codes.
   */
  begin(input: LoginBeginInput): Promise<LoginDecision>
  /**
   * Checks one code against a challenge, whatever kind of code it is: one debit, one verdict (63B-4
   * 3.2.2, RFC 6238 5.2).
   *
   * @throws `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`, `ERR_TOKEN_KIND`, and the record's codes.
   */
  verify(input: LoginVerifyInput): Promise<LoginVerdict>
}

export function createLogin(settings: Settings): Login {
  return { begin: (input) => begin(settings, input), verify: (input) => verify(settings, input) }
}

async function begin(settings: Settings, input: LoginBeginInput): Promise<LoginDecision> {
  const { userId, deviceToken, expectEnrolled = false } = input
  const amr = checkAmr(input.amr)
  const held = await readRecord(settings, userId)
  const { subject } = held
  const now = settings.now()
  if (!isEnrolled(subject) && !subject?.needsSupportCode) {
    // A record without factors is believed only where it tells that they were rightfully taken off.
    if (expectEnrolled && subject?.offSince == null) {
      throw new KeystepError(
        'ERR_RECORD_MISSING',
        'the portal expects this user to be enrolled, and there is no record of it',
      )
    }
    return beginWithout(settings, subject, userId, amr, now)
  }
  const device = recognizeDevice(settings, subject, userId, deviceToken, now)
  if (device) {
    await touchDevice(settings, held, device.id, now)
    return {
      next: 'proceed',
      grant: grantOf(userId, subject, { amr, assurance: 'remembered' }, now),
      because: 'remembered_device',
    }
  }
  const claims: LoginClaims = { ...challengeClaimsOf(userId, subject, now), for: 'login', amr }
  const challenge = await mintToken(settings, 'challenge', claims, undefined)
  return {
    next: 'challenge',
    challenge,
    factors: offersOf(settings, subject),
    expiresAt: new Date(claims.expiresAt),
  }
}

async function beginWithout(
  settings: Settings,
  subject: Subject | null,
  userId: string,
  amr: readonly string[],
  now: number,
): Promise<LoginDecision> {
  const { required, enrollBy } = await requirementOf(settings, userId, now)
  if (required) {
    const permit = await mintPermit(
      settings,
      subject,
      { userId, purpose: ENROLL, basis: 'password', amr, verifiedAt: now },
      now,
    )
    return { next: 'enroll', permit, factors: enrollable(settings) }
  }
  return {
    next: 'proceed',
    grant: grantOf(userId, subject, { amr, assurance: 'password' }, now),
    because: 'not_enrolled',
    ...(enrollBy && { enrollBy }),
  }
}

async function verify(settings: Settings, input: LoginVerifyInput): Promise<LoginVerdict> {
  const claims = await readLoginChallenge(settings, input.challenge)
  if (!claims) return rejected('expired')
  const { userId, amr } = claims
  const { rememberDevice, context } = input
  // A box of a form that is merely truthy remembers nothing.
  const label: unknown = rememberDevice?.label
  const tried: Attempt = {
    claims,
    code: input.code,
    factor: input.factor,
    purpose: 'login',
    context,
    takesSupportCode: true,
  }
  const result = await attempt<
    LoginVerdict | { outcome: 'redeemed'; subject: Subject; at: number }
  >(settings, tried, ({ subject, kind, failuresBefore }, now) => {
    if (kind === 'support_code')
      return { result: { outcome: 'redeemed', subject, at: now }, next: subject }
    const remembered =
      typeof label === 'string' ? remember(settings, subject, userId, label, now) : null
    const next = remembered?.subject ?? subject
    const accepted: LoginAccepted = {
      grant: grantOf(userId, next, { amr: methodsOf(amr, kind), assurance: 'mfa' }, now),
      ...(remembered && { device: remembered.device }),
      ...(next.backupCodes && { backupCodesLeft: leftOf(next.backupCodes) }),
    }
    return {
      result: { outcome: 'accepted', failuresBefore, ...accepted },
      next,
      events: remembered?.events ?? [],
    }
  })
  if (result.outcome !== 'redeemed') return result
  const terms = {
    userId,
    purpose: ENROLL,
    basis: 'recovery',
    amr,
    verifiedAt: result.at,
    supportId: result.subject.support!.id,
  } as const
  return { outcome: 'enroll', permit: await mintPermit(settings, result.subject, terms, result.at) }
}

/** The claims of an authentic login challenge, or null. */
async function readLoginChallenge(
  settings: Settings,
  challenge: string,
): Promise<LoginClaims | null> {
  const claims = await readToken<LoginClaims>(settings, 'challenge', challenge, undefined)
  return claims?.for === 'login' ? claims : null
}

/** Authentication methods after a second factor (RFC 8176). */
export function methodsOf(amr: readonly string[], kind: FactorKind): string[] {
  return [...new Set([...amr, kind === 'sms' ? 'sms' : 'otp', 'mfa'])]
}

/** A grant as of a record: as it was read, or as it was just written. */
export function grantOf(
  userId: string,
  subject: Subject | null,
  proof: Pick<LoginGrant, 'amr' | 'assurance'>,
  now: number,
): LoginGrant {
  return mintLoginGrant({
    userId,
    ...proof,
    verifiedAt: new Date(now),
    securityStamp: stampOf(subject),
  })
}

/** @throws `ERR_OPTION` */
export function checkAmr(amr: readonly string[] = ['pwd']): readonly string[] {
  requireThat(
    Array.isArray(amr) && amr.length <= 8 && amr.every((method) => isText(method, 16)),
    'amr is a short list of RFC 8176 values',
  )
  return amr
}
