import { type Outcome, rejected } from '../record/outcome.ts'
import type { Settings } from '../record/settings.ts'
import { stampOf } from '../record/subject.ts'
import { readRecord } from '../record/transact.ts'

/** `twoFactor.sessions`: whether what the portal opened still stands. */
export interface Sessions {
  /**
   * Whether a session may go on: it is `ended` once the user's security stamp was renewed, by a
   * password change, a reset, a recovery, the first factor bound, or any factor taken off or
   * replaced. Give it the `securityStamp` of the grant that opened the session, or the newer one
   * that the session's own change returned; a session without one is `ended`. One read, no write.
   *
   * @throws `ERR_USER_ID`, `ERR_STORE`, `ERR_CLOCK`, and the record's codes.
   */
  check(input: {
    userId: string
    securityStamp?: string | null | undefined
  }): Promise<Outcome<object, 'ended'>>
}

export function createSessions(settings: Settings): Sessions {
  return {
    check: async ({ userId, securityStamp }) => {
      const { subject } = await readRecord(settings, userId)
      return securityStamp === stampOf(subject) ? { outcome: 'accepted' } : rejected('ended')
    },
  }
}
