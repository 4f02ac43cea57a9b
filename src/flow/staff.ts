import { cut, type RequestContext } from '../record/events.ts'
import { isText, requireThat } from '../record/settings.ts'

/**
 * Who of the staff did it, and why: kept in the record's activity, cut to 64 and 300 characters.
 */
export interface StaffInput {
  userId: string
  actor: string
  reason: string
  context?: RequestContext | undefined
}

/** Actor and reason as they are kept. @throws `ERR_OPTION` */
export function staffOf(input: { actor: string; reason: string }): {
  actor: string
  reason: string
} {
  const { actor, reason } = input
  requireThat(
    isText(actor, 10_000) && isText(reason, 10_000),
    'actor and reason are non-empty strings',
  )
  return { actor: cut(actor, 64), reason: cut(reason, 300) }
}
