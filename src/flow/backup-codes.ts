import { generateBackupCodes, hashBackupCodes } from '../backup-codes/index.ts'
import type { Secret } from '../crypto/secret.ts'
import { spendPermit } from './bind-factor.ts'
import type { RequestContext } from '../record/events.ts'
import { type Change, rejected } from '../record/outcome.ts'
import { MANAGE_FACTORS, permits, readPermit } from '../tokens/permit.ts'
import { backupCodePepper } from '../record/record-mac.ts'
import type { Settings } from '../record/settings.ts'
import { isEnrolled } from '../record/subject.ts'
import { restartRecovery } from '../record/throttle.ts'
import { checkSessionId } from '../tokens/token.ts'
import { transact } from '../record/transact.ts'

/** Input of `backupCodes.regenerate`: the permit is for `MANAGE_FACTORS` and of this session. */
export interface RegenerateInput {
  permit: string
  sessionId: string
  context?: RequestContext | undefined
}

/** New codes, to be shown this once. */
export type Regenerated = Change<
  { backupCodes: Secret<readonly string[]> },
  'expired' | 'not_found'
>

/** `twoFactor.backupCodes`: recovery codes, each good once (63B-4 4.2.1.1). */
export interface BackupCodes {
  /**
   * Issues a new set in place of the old one, spends the permit, and ends the streak of the
   * recovery counter. The codes are shown this once. Rejected as `expired` without a live permit
   * for `MANAGE_FACTORS`, as `not_found` while no factor is enrolled.
   *
   * @throws `ERR_OPTION`, `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`, `ERR_TOKEN_KIND`, and the
   *   record's codes.
   */
  regenerate(input: RegenerateInput): Promise<Regenerated>
}

export function createBackupCodes(settings: Settings): BackupCodes {
  return { regenerate: (input) => regenerate(settings, input) }
}

async function regenerate(
  settings: Settings,
  { permit, sessionId, context }: RegenerateInput,
): Promise<Regenerated> {
  checkSessionId(sessionId)
  const claims = await readPermit(settings, permit, sessionId, [MANAGE_FACTORS])
  if (!claims) return rejected('expired')
  const codes = generateBackupCodes({ count: settings.backupCodeCount })
  return transact<Regenerated>(settings, {
    userId: claims.userId,
    context,
    decide: async (subject, now) => {
      if (!permits(subject, claims, now)) return { result: rejected('expired') }
      if (!isEnrolled(subject)) return { result: rejected('not_found') }
      const backupCodes = await hashBackupCodes(codes, { pepper: backupCodePepper(subject) })
      const attempts = restartRecovery(subject.attempts, now, settings.limits)
      return {
        result: { outcome: 'accepted', backupCodes: codes },
        next: spendPermit({ ...subject, backupCodes, attempts }, claims, now),
        events: [{ type: 'backup_codes.regenerated', count: settings.backupCodeCount }],
      }
    },
  })
}
