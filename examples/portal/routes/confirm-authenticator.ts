import type { ConfirmRejection } from 'keystep'
import { drawBackupCodes } from '../pages/backup-codes-page.ts'
import { leaveNotice } from '../pages/notice.ts'
import { contextOf } from '../request-context.ts'
import { typed, type Visit } from '../visit.ts'

interface Confirming {
  enrollment: string
  /** Left out where there is no session yet. */
  sessionId?: string
  firstFactorAt?: string
}

/** Confirms an authenticator by its first code, and opens or raises the session; or tells why not, and the name that was typed. */
export async function confirmAuthenticator(c: Visit, { enrollment, sessionId, firstFactorAt }: Confirming): Promise<Response | { rejected: ConfirmRejection; name: string }> {
  const { twoFactor, sessions } = c.var.portal
  const { code, name } = await typed(c, 'code', 'name')
  const confirmed = await twoFactor.totp.confirm({ enrollment, sessionId, code, context: contextOf(c) })
  if (confirmed.outcome === 'rejected') return { rejected: confirmed, name }
  const { grant, factorId, backupCodes } = confirmed
  await sessions.open(c, grant, firstFactorAt === undefined ? {} : { firstFactorAt })
  if (name.trim() !== '') await twoFactor.factors.rename({ userId: grant.userId, factorId, label: name.trim(), context: contextOf(c) })
  if (backupCodes) return drawBackupCodes(c, { codes: backupCodes, because: 'on' })
  leaveNotice(c, 'The authenticator app was added.')
  return c.redirect('/security', 303)
}
