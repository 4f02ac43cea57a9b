import { randomCrockford } from '../backup-codes/crockford.ts'
import { Secret } from '../crypto/secret.ts'
import { removedEvent } from './bind-factor.ts'
import { cut, type RequestContext } from './events.ts'
import { type Change, rejected } from './outcome.ts'
import { recordMac } from './record-mac.ts'
import { isText, requireThat, type Settings } from './settings.ts'
import { isEnrolled, newSubject, renewEpoch } from './subject.ts'
import { noAttempts, restart, restartRecovery } from './throttle.ts'
import { CLOCK_TOLERANCE, newId } from './token.ts'
import { transact } from './transact.ts'
import { SUPPORT_CODE_LENGTH } from './typed-code.ts'

const SUPPORT_CODE_MS = 86_400_000

/** Who of the staff did it, and why: kept in the record's activity, cut to 64 and 300 characters. */
export interface StaffInput {
  userId: string
  actor: string
  reason: string
  context?: RequestContext | undefined
}

/** `twoFactor.recovery`: what support and the password page call. None of it asks for a permit: guard it as staff pages are guarded. */
export interface Recovery {
  /**
   * Issues a code for a user who lost everything: 20 characters, 24 hours, one outstanding. Typed at login it allows to enroll anew and
   * nothing else; staff never choose or see a factor (ASVS 6.4.6). Prefer it to `reset`. Rejected as `not_found` where nothing is enrolled.
   *
   * @throws `ERR_OPTION`, `ERR_USER_ID`, `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`, and the record's codes.
   */
  issueSupportCode(input: StaffInput): Promise<Change<{ supportCode: Secret<string>; expiresAt: Date }, 'not_found'>>
  /**
   * Takes every factor, code and device off, ends every challenge, permit and enrollment, and leaves the password alone between the account
   * and the world. Creates the record where there is none, and works on one that a clock ahead of ours has written.
   *
   * @throws as `issueSupportCode`, without `ERR_CLOCK`.
   */
  reset(input: StaffInput): Promise<{ outcome: 'accepted' }>
  /**
   * To be called whenever the password changes: ends every challenge, permit, enrollment and remembered device, and leaves the factors:
   * a password reset never strips the second factor (V28, ASVS 6.4.3).
   *
   * @throws `ERR_USER_ID`, `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`, and the record's codes.
   */
  passwordChanged(input: { userId: string; context?: RequestContext | undefined }): Promise<{ outcome: 'accepted' }>
}

export function createRecovery(settings: Settings): Recovery {
  return {
    issueSupportCode: (input) => issueSupportCode(settings, input),
    reset: (input) => reset(settings, input),
    passwordChanged: (input) => passwordChanged(settings, input),
  }
}

async function issueSupportCode(settings: Settings, input: StaffInput): ReturnType<Recovery['issueSupportCode']> {
  const { actor, reason } = staffOf(input)
  const [id, code] = [newId(), randomCrockford(SUPPORT_CODE_LENGTH)]
  return transact<Awaited<ReturnType<Recovery['issueSupportCode']>>>(settings, {
    userId: input.userId,
    context: input.context,
    decide: (subject, now) => {
      if (!isEnrolled(subject)) return { result: rejected('not_found') }
      const expiresAt = now + SUPPORT_CODE_MS
      const support = { id, mac: recordMac(subject, 'support', id, code), issuedAt: now, expiresAt, redeemed: false }
      return {
        result: { outcome: 'accepted', supportCode: new Secret(code.match(/.{4}/g)!.join('-')), expiresAt: new Date(expiresAt) },
        next: { ...subject, support, attempts: restartRecovery(subject.attempts, now, settings.limits) },
        events: [{ type: 'support_code.issued', actor, reason, expiresAt: new Date(expiresAt) }],
      }
    },
  })
}

async function reset(settings: Settings, input: StaffInput): ReturnType<Recovery['reset']> {
  const { actor, reason } = staffOf(input)
  return transact<{ outcome: 'accepted' }>(settings, {
    userId: input.userId,
    context: input.context,
    ignoreClock: true,
    decide: (subject, now) => ({
      result: { outcome: 'accepted' },
      next: {
        ...renewEpoch({ ...newSubject(), touchedAt: Math.min(subject?.touchedAt ?? 0, now + CLOCK_TOLERANCE) }, now),
        // The sends of the day go on counting: resetting is no way to more of them.
        sms: { code: null, sentAt: subject?.sms.sentAt.filter((at) => at <= now) ?? [], pause: 'kept' },
        attempts: restart(subject?.attempts ?? noAttempts, now, settings.limits),
        offSince: now,
        activity: subject?.activity ?? [],
      },
      events: [...(subject?.factors.map(removedEvent) ?? []), { type: 'reset', actor, reason }],
    }),
  })
}

function passwordChanged(settings: Settings, { userId, context }: Parameters<Recovery['passwordChanged']>[0]): ReturnType<Recovery['passwordChanged']> {
  return transact<{ outcome: 'accepted' }>(settings, {
    userId,
    context,
    decide: (subject, now) => ({
      result: { outcome: 'accepted' },
      next: renewEpoch(subject ?? newSubject(), now),
      events: [{ type: 'password.changed' }],
    }),
  })
}

function staffOf({ actor, reason }: StaffInput): { actor: string; reason: string } {
  requireThat(isText(actor, 10_000) && isText(reason, 10_000), 'actor and reason are non-empty strings')
  return { actor: cut(actor, 64), reason: cut(reason, 300) }
}
