import type { Secret } from '../crypto/secret.ts'
import type { RequestContext } from '../record/events.ts'
import { type Change, rejected } from '../record/outcome.ts'
import { reset, type ResetDone, type ResetInput } from './reset.ts'
import type { Settings } from '../record/settings.ts'
import { type StaffInput, staffOf } from './staff.ts'
import { isEnrolled, newSubject, renewEpoch, stampOf } from '../record/subject.ts'
import { keepSupportCode, newSupportCode, showSupportCode } from './support-code.ts'
import { restartRecovery } from '../record/throttle.ts'
import { transact } from '../record/transact.ts'
import { unlock, type Unlocked } from './unlock.ts'

/**
 * `securityStamp`: the new one, for the session that goes on, where one does; every other session
 * is ended by it.
 */
export interface EpochRenewed {
  outcome: 'accepted'
  securityStamp: string
}

/**
 * `twoFactor.recovery`: what support and the password page call. None of it asks for a permit:
 * guard it as staff pages are guarded.
 */
export interface Recovery {
  /**
   * Issues a code for a user who lost everything: 20 characters, 24 hours, one outstanding. Typed
   * at login it allows to enroll anew and nothing else; staff never choose or see a factor (ASVS
   * 6.4.6). Prefer it to `reset`. Rejected as `not_found` where nothing is enrolled, unless a reset
   * was before it.
   *
   * @throws `ERR_OPTION`, `ERR_USER_ID`, `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`, and the
   *   record's codes.
   */
  issueSupportCode(
    input: StaffInput,
  ): Promise<Change<{ supportCode: Secret<string>; expiresAt: Date }, 'not_found'>>
  /**
   * Takes every factor, code and device off, ends every challenge, permit, enrollment and session,
   * and issues a support code: until it, or a later one, has brought a new factor, the password
   * alone opens and binds nothing. `login.begin` answers a challenge for it, never `enroll` or
   * `proceed` (63B-4 4.2, ASVS 6.4.6). Creates the record where there is none, and works on one
   * that a clock ahead of ours has written.
   *
   * `unreadable: true` does so for a record that no key opens. It is refused where the record opens
   * or there is none (`ERR_OPTION`), while the keyring is not proven right or another process may
   * have the record's key (`ERR_KEYRING`: see `maintenance.checkKeyring`), and for what a newer
   * version wrote (`ERR_RECORD_VERSION`).
   *
   * @throws as `issueSupportCode`, without `ERR_CLOCK`.
   */
  reset(input: ResetInput): Promise<ResetDone>
  /**
   * Ends locks, hard stops and the account of 30 days; factors and codes stay. For a user whom
   * somebody else locked out: it lets whoever guesses go on guessing, so look at the activity
   * first. `codesJudged` tells how many wrong codes of the last 30 days were judged. Works on a
   * record that a clock ahead of ours has written. Rejected as `not_found` where there is no
   * record.
   *
   * @throws as `issueSupportCode`, without `ERR_CLOCK`.
   */
  unlock(input: StaffInput): Promise<Unlocked>
  /**
   * To be called whenever the password changes: ends every challenge, permit, enrollment,
   * remembered device and security stamp, and leaves the factors: a password reset never strips the
   * second factor (V28, ASVS 6.4.3).
   *
   * @throws `ERR_USER_ID`, `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`, and the record's codes.
   */
  passwordChanged(input: {
    userId: string
    context?: RequestContext | undefined
  }): Promise<EpochRenewed>
}

export function createRecovery(settings: Settings): Recovery {
  return {
    issueSupportCode: (input) => issueSupportCode(settings, input),
    reset: (input) => reset(settings, input),
    unlock: (input) => unlock(settings, input),
    passwordChanged: (input) => passwordChanged(settings, input),
  }
}

async function issueSupportCode(
  settings: Settings,
  input: StaffInput,
): ReturnType<Recovery['issueSupportCode']> {
  const { actor, reason } = staffOf(input)
  const support = newSupportCode()
  return transact<Awaited<ReturnType<Recovery['issueSupportCode']>>>(settings, {
    userId: input.userId,
    context: input.context,
    decide: (subject, now) => {
      if (!subject || !(isEnrolled(subject) || subject.needsSupportCode)) {
        return { result: rejected('not_found') }
      }
      const kept = keepSupportCode(subject, support, now)
      const expiresAt = new Date(kept.expiresAt)
      return {
        result: { outcome: 'accepted', supportCode: showSupportCode(support), expiresAt },
        next: {
          ...subject,
          support: kept,
          attempts: restartRecovery(subject.attempts, now, settings.limits),
        },
        events: [{ type: 'support_code.issued', actor, reason, expiresAt }],
      }
    },
  })
}

function passwordChanged(
  settings: Settings,
  { userId, context }: Parameters<Recovery['passwordChanged']>[0],
): Promise<EpochRenewed> {
  return transact<EpochRenewed>(settings, {
    userId,
    context,
    decide: (subject, now) => {
      const next = renewEpoch(subject ?? newSubject(), now)
      return {
        result: { outcome: 'accepted', securityStamp: stampOf(next) },
        next,
        events: [{ type: 'password.changed' }],
      }
    },
  })
}
