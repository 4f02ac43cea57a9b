import { addFactor, describe } from './bind-factor.ts'
import { type Change, rejected } from '../record/outcome.ts'
import { isCountryAllowed, parsePhoneNumber } from '../sms/phone-number.ts'
import { instantOf, requireThat, type Settings } from '../record/settings.ts'
import { requireSms } from '../sms/send.ts'
import { newSubject, type SmsFactor, stampOf } from '../record/subject.ts'
import { newId } from '../tokens/token.ts'
import { transact } from '../record/transact.ts'

/** Input of `sms.import`. */
export interface SmsImportInput {
  userId: string
  /** E.164. */
  number: string
  /**
   * When the old system saw a code sent to it come back; a number without that must be enrolled
   * anew (63B-4 3.1.3.3).
   */
  confirmedAt: Date | string
  backup?: boolean | undefined
}

/**
 * `imported` is false when this number was there already. `securityStamp`: the user's, a new one
 * where this is the first factor.
 */
export interface NumberImported {
  factorId: string
  imported: boolean
  securityStamp: string
}

/**
 * Never replaces a number: `other_number` says that the user has another one in that role. @throws
 * `ERR_OPTION`, `ERR_USER_ID`, `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`, and the record's codes.
 */
export async function importNumber(
  settings: Settings,
  { userId, number, confirmedAt, backup }: SmsImportInput,
): Promise<Change<NumberImported, 'malformed_number' | 'number_refused' | 'other_number'>> {
  const options = requireSms(settings)
  const createdAt = instantOf(
    confirmedAt,
    'confirmedAt is the instant at which the old system confirmed the number',
  )
  requireThat(createdAt <= settings.now(), 'confirmedAt lies in the future')
  const parsed = parsePhoneNumber(number)
  if (parsed === null) return rejected('malformed_number')
  if (!isCountryAllowed(options, parsed)) return rejected('number_refused')
  const id = newId()
  return transact<Awaited<ReturnType<typeof importNumber>>>(settings, {
    userId,
    decide: (subject, now) => {
      const base = subject ?? newSubject()
      const numbers = base.factors.filter((factor): factor is SmsFactor => factor.kind === 'sms')
      const isBackup = backup === true && numbers.length > 0
      const present = numbers.find((one) => one.number === parsed)
      if (present)
        return {
          result: {
            outcome: 'accepted',
            factorId: present.id,
            imported: false,
            securityStamp: stampOf(base),
          },
        }
      if (numbers.some((one) => one.backup === isBackup))
        return { result: rejected('other_number') }
      const factor: SmsFactor = { kind: 'sms', id, number: parsed, backup: isBackup, createdAt }
      const next = addFactor(base, factor, now)
      return {
        result: { outcome: 'accepted', factorId: id, imported: true, securityStamp: stampOf(next) },
        next,
        events: [{ type: 'factor.imported', ...describe(factor) }],
      }
    },
  })
}
