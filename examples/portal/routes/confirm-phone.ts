import type { Rejected } from '../pages/words.ts'
import { contextOf } from '../request-context.ts'
import { typed, type Visit } from '../visit.ts'
import { afterConfirm } from './after-confirm.ts'
import type { Confirming } from './confirm-authenticator.ts'

/**
 * Confirms a phone number by the code that it was sent, and opens or raises the session; or tells
 * why not.
 */
export async function confirmPhone(
  c: Visit,
  { enrollment, sessionId, firstFactorAt }: Confirming,
): Promise<Response | { rejected: Rejected }> {
  const {
    twoFactor,
    data: { proposedPhones },
  } = c.var.portal
  const { code } = await typed(c, 'code')
  const confirmed = await twoFactor.sms.confirm({
    enrollment,
    sessionId,
    code,
    context: contextOf(c),
  })
  if (confirmed.outcome === 'rejected') return { rejected: confirmed }
  await proposedPhones.withdraw(confirmed.grant.userId)
  return afterConfirm(c, confirmed, firstFactorAt, 'The phone number was added.')
}
