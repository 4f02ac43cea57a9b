import type { ConfirmRejection } from 'keystep'
import { contextOf } from '../request-context.ts'
import { typed, type Visit } from '../visit.ts'
import { afterConfirm } from './after-confirm.ts'

/** What is on its way, and whose it is. */
export interface Confirming {
  enrollment: string
  /** Left out where there is no session yet. */
  sessionId?: string | undefined
  firstFactorAt?: string | undefined
}

/**
 * Confirms an authenticator by its first code, and opens or raises the session; or tells why not,
 * and the name that was typed.
 */
export async function confirmAuthenticator(
  c: Visit,
  { enrollment, sessionId, firstFactorAt }: Confirming,
): Promise<Response | { rejected: ConfirmRejection; name: string }> {
  const { twoFactor } = c.var.portal
  const { code, name } = await typed(c, 'code', 'name')
  const label = name.trim() === '' ? undefined : name.trim()
  const confirmed = await twoFactor.totp.confirm({
    enrollment,
    sessionId,
    code,
    label,
    context: contextOf(c),
  })
  if (confirmed.outcome === 'rejected') return { rejected: confirmed, name }
  return afterConfirm(c, confirmed, firstFactorAt, 'The authenticator app was added.')
}
