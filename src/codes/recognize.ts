import { normalizeBackupCode } from '../backup-codes/normalize.ts'
import { normalizeCrockford } from '../backup-codes/crockford.ts'
import { parseCode } from '../otp/code-text.ts'
import type { AttemptKind, FactorKind } from '../record/events.ts'
import type { Subject } from '../record/subject.ts'

/** Characters of a support code. */
export const SUPPORT_CODE_LENGTH = 20
export const SMS_CODE_DIGITS = 6

/** What a user typed into the one field, as far as its shape tells. */
export interface TypedCode {
  readonly shape: 'digits' | 'backup_code' | 'support_code'
  readonly text: string
}

/**
 * The shape of a typed text, or null for what cannot be any code (of that factor, when one is
 * named).
 */
export function recognize(typed: unknown, factor: FactorKind | undefined): TypedCode | null {
  const code = shapeOf(typed)
  const wanted = factor === 'totp' || factor === 'sms' ? 'digits' : factor
  return wanted === undefined || code?.shape === wanted ? code : null
}

function shapeOf(typed: unknown): TypedCode | null {
  const digits = parseCode(typed, 6) ?? parseCode(typed, 7) ?? parseCode(typed, 8)
  if (digits !== null) return { shape: 'digits', text: digits }
  const backup = normalizeBackupCode(typed)
  if (backup !== null) return { shape: 'backup_code', text: backup }
  const support = typeof typed === 'string' ? normalizeCrockford(typed, SUPPORT_CODE_LENGTH) : null
  return support === null ? null : { shape: 'support_code', text: support }
}

/**
 * What a code was meant as, as far as shape, named factor and enrolled factors tell: digits that
 * both an app and a message could have made are `'totp_or_sms'`.
 */
export function kindOf(
  { shape, text }: TypedCode,
  factor: FactorKind | undefined,
  subject: Subject | null,
): AttemptKind {
  if (shape !== 'digits') return shape
  if (factor === 'totp' || factor === 'sms') return factor
  const makers = (subject?.factors ?? []).filter(
    (one) => text.length === (one.kind === 'totp' ? one.digits : SMS_CODE_DIGITS),
  )
  const [kind] = makers.map((one) => one.kind)
  return kind !== undefined && makers.every((one) => one.kind === kind) ? kind : 'totp_or_sms'
}
