import type { TotpConfirmed } from 'keystep'
import { drawBackupCodes } from '../pages/backup-codes-page.ts'
import { leaveNotice } from '../pages/notice.ts'
import type { Visit } from '../visit.ts'

/**
 * A factor was confirmed: its grant opens or raises the session, and new backup codes are shown,
 * this once.
 */
export async function afterConfirm(
  c: Visit,
  { grant, backupCodes }: Pick<TotpConfirmed, 'grant' | 'backupCodes'>,
  firstFactorAt: string | undefined,
  notice: string,
): Promise<Response> {
  await c.var.portal.sessions.open(c, grant, firstFactorAt === undefined ? {} : { firstFactorAt })
  if (backupCodes) return drawBackupCodes(c, { codes: backupCodes, because: 'on' })
  leaveNotice(c, notice)
  return c.redirect('/security', 303)
}
