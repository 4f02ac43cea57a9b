import { KeystepError, type TwoFactor, type TwoFactorStatus } from 'keystep'
import type { FileRow } from './fields.ts'
import { parseRow, type RowFault } from './parse-row.ts'

/** Lines of activity in a record. */
const MOST_ACTIVITY = 20

/** What keystep itself says of a row. */
export type KeystepRefusal =
  'malformed_user_id' | 'malformed_number' | 'number_refused' | 'other_number' | 'limit_reached'

/** Why a row, or a part of it, was not imported. */
export type RowRejection = RowFault | KeystepRefusal | 'malformed_row' | 'unknown_field'

/**
 * `imported`: written. `present`: there already. `kept`: the user has changed factors in keystep
 * since, and nothing old comes back.
 */
export type RowOutcome = 'imported' | 'present' | 'kept' | RowRejection

/**
 * Imports one row. Doing it again changes nothing.
 *
 * @throws what keystep throws, but for a bad user id: all else is no fault of a row, and the import
 *   must not go on.
 */
export async function importRow(
  twoFactor: TwoFactor,
  row: FileRow,
  allowShortKeys: boolean,
): Promise<RowOutcome> {
  if ('unreadable' in row) return row.unreadable
  const parsed = parseRow(row.raw, allowShortKeys)
  if (typeof parsed === 'string') return parsed
  const { userId, totp, numbers } = parsed
  try {
    const status = await twoFactor.status({ userId })
    if (hasChanged(status)) return 'kept'
    const results = []
    if (totp) results.push(await twoFactor.totp.import(totp))
    for (const number of numbers) results.push(await twoFactor.sms.import(number))
    for (const result of results) if (result.outcome === 'rejected') return result.reason
    return results.some((result) => result.outcome === 'accepted' && result.imported)
      ? 'imported'
      : 'present'
  } catch (error) {
    if (error instanceof KeystepError && error.code === 'ERR_USER_ID') return 'malformed_user_id'
    throw error
  }
}

/**
 * An authenticator that was removed since, or a number that was replaced because the phone is lost,
 * must not come back by a second run. The activity keeps 20 lines: of a user with so many, nobody
 * knows what came before them.
 */
function hasChanged({ activity }: TwoFactorStatus): boolean {
  return (
    activity.length >= MOST_ACTIVITY ||
    activity.some(
      ({ type }) => type === 'factor.enrolled' || type === 'factor.removed' || type === 'reset',
    )
  )
}
