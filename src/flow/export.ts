import { Secret } from '../crypto/secret.ts'
import { buildKeyUri } from '../otp/index.ts'
import { leftOf } from '../backup-codes/code-set.ts'
import { labelOf } from './bind-factor.ts'
import { checkUserId } from '../record/record-key.ts'
import { isText, requireThat, type Settings } from '../record/settings.ts'
import { type StaffInput, staffOf } from './staff.ts'
import type { SmsFactor, Subject, TotpFactor } from '../record/subject.ts'
import { keyOf } from '../codes/totp-factor.ts'
import { transact } from '../record/transact.ts'

/** Input of `maintenance.export`. */
export interface ExportInput extends StaffInput {
  /**
   * The name in the key URIs: 1 to 200 characters without a colon. Default the user id, colons as
   * dashes.
   */
  account?: string | undefined
}

/** What another system needs to take a user over. */
export interface UserExport {
  readonly userId: string
  readonly authenticators: readonly {
    readonly factorId: string
    readonly label: string
    /** `otpauth://totp/...` with the key: every library and app reads it. */
    readonly keyUri: string
    /**
     * Codes of this step (of `periodSeconds` since 1970) and before it were used: take none of them
     * again.
     */
    readonly lastUsedStep: number | null
    readonly createdAt: Date
  }[]
  readonly numbers: readonly {
    readonly factorId: string
    /** E.164. */
    readonly number: string
    readonly backup: boolean
    readonly createdAt: Date
  }[]
  /** Backup codes lie hashed in the record: they cannot be taken along. */
  readonly backupCodesLeft: number
}

/** `maintenance.export`. */
export async function exportUser(
  settings: Settings,
  input: ExportInput,
): Promise<Secret<UserExport>> {
  const { actor, reason } = staffOf(input)
  const { userId, context } = input
  checkUserId(userId)
  const account = input.account ?? userId.replaceAll(':', '-')
  requireThat(
    isText(account, 200) && !/[:\p{Cc}]/u.test(account),
    'account is 1 to 200 characters without a colon',
  )
  return transact<Secret<UserExport>>(settings, {
    userId,
    context,
    decide: (subject) => ({
      result: new Secret(exportOf(settings, userId, account, subject)),
      ...(subject && { next: subject, events: [{ type: 'exported', actor, reason }] }),
    }),
  })
}

function exportOf(
  settings: Settings,
  userId: string,
  account: string,
  subject: Subject | null,
): UserExport {
  const factors = subject?.factors ?? []
  return {
    userId,
    authenticators: factors
      .filter((one) => one.kind === 'totp')
      .map((one) => exportTotp(settings, account, one)),
    numbers: factors.filter((one) => one.kind === 'sms').map(exportNumber),
    backupCodesLeft: subject?.backupCodes ? leftOf(subject.backupCodes) : 0,
  }
}

function exportTotp(
  { issuer }: Settings,
  account: string,
  factor: TotpFactor,
): UserExport['authenticators'][number] {
  const { id, algorithm, digits, periodSeconds, lastUsedStep, createdAt } = factor
  const uri = buildKeyUri({ key: keyOf(factor), issuer, account, algorithm, digits, periodSeconds })
  return {
    factorId: id,
    label: labelOf(factor),
    keyUri: uri.reveal(),
    lastUsedStep,
    createdAt: new Date(createdAt),
  }
}

function exportNumber({ id, number, backup, createdAt }: SmsFactor): UserExport['numbers'][number] {
  return { factorId: id, number, backup, createdAt: new Date(createdAt) }
}
