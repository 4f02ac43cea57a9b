import { KeystepError } from '../errors.ts'
import { type OtpAlgorithm, OtpKey, parseKeyUri } from '../otp/index.ts'
import { isKeyAddress } from '../otp/key-uri.ts'
import { MAX_PERIOD_SECONDS } from '../otp/otp-params.ts'
import { type Secret, textOf } from '../crypto/secret.ts'
import { addFactor, describe, hasMostAuthenticators } from './bind-factor.ts'
import { cut } from '../record/events.ts'
import { type Change, rejected } from '../record/outcome.ts'
import { isWhole, requireThat, type Settings } from '../record/settings.ts'
import { newSubject, stampOf, type TotpFactor } from '../record/subject.ts'
import { keyText } from '../codes/totp-factor.ts'
import { CLOCK_TOLERANCE } from '../record/clock.ts'
import { newId } from '../tokens/token.ts'
import { transact } from '../record/transact.ts'

/** Input of `totp.import`. */
export interface TotpImportInput {
  userId: string
  /**
   * Raw bytes, base32 text, a key URI, or an `OtpKey`. Texts may hold what people paste along, as
   * for `OtpKey.fromBase32` and `parseKeyUri`; spare bits at the end of a key are dropped, and an
   * address need not name anybody.
   */
  key: OtpKey | Uint8Array | string | Secret<string>
  /**
   * The step of the last code that the old system accepted, where it kept it: codes up to it stay
   * used.
   */
  lastUsedStep?: number | null | undefined
  label?: string | undefined
  /**
   * Of the key, unless a key URI tells. Default SHA1, 6 digits, 30 seconds: what nearly every old
   * system issued.
   */
  algorithm?: OtpAlgorithm | undefined
  digits?: 6 | 7 | 8 | undefined
  /** 1 to 300, as in a key URI. */
  periodSeconds?: number | undefined
  /** Takes keys of 10 to 15 bytes; `maintenance.summarize` reports them as weak. */
  allowShortKey?: true | undefined
}

/** `imported` is false when this key was there already: running an import again changes nothing. */
export interface TotpImported {
  factorId: string
  imported: boolean
  /** The user's: a new one where this is the first factor. */
  securityStamp: string
}

/** What a factor is made of: the key and its parameters. */
type Material = { key: OtpKey } & Pick<TotpFactor, 'algorithm' | 'digits' | 'periodSeconds'>

/**
 * @throws `ERR_KEY`, `ERR_KEY_URI`, `ERR_KEY_URI_KIND`, `ERR_OPTION`, `ERR_USER_ID`, `ERR_STORE`,
 *   `ERR_CONTENTION`, `ERR_CLOCK`, and the record's codes.
 */
export async function importTotp(
  settings: Settings,
  input: TotpImportInput,
): Promise<Change<TotpImported, 'limit_reached'>> {
  const { lastUsedStep = null } = input
  requireThat(
    lastUsedStep === null || isWhole(lastUsedStep, 0, Number.MAX_SAFE_INTEGER),
    'lastUsedStep is a step or null',
  )
  const { key: material, ...parameters } = materialOf(input)
  const usedAt = (lastUsedStep ?? 0) * parameters.periodSeconds * 1000
  requireThat(usedAt <= settings.now() + CLOCK_TOLERANCE, 'lastUsedStep lies in the future')
  const key = keyText(material)
  const [id, label] = [newId(), cut(input.label || 'Authenticator app', 64)]
  return transact<Change<TotpImported, 'limit_reached'>>(settings, {
    userId: input.userId,
    decide: (subject, now) => {
      const present = subject?.factors.find(
        (factor) => factor.kind === 'totp' && factor.key === key,
      )
      if (present)
        return {
          result: {
            outcome: 'accepted',
            factorId: present.id,
            imported: false,
            securityStamp: stampOf(subject),
          },
        }
      if (hasMostAuthenticators(subject)) return { result: rejected('limit_reached') }
      const factor: TotpFactor = {
        kind: 'totp',
        id,
        label,
        createdAt: now,
        key,
        ...parameters,
        lastUsedStep,
        drift: 0,
        lastOffset: 0,
      }
      const next = addFactor(subject ?? newSubject(), factor, now)
      return {
        result: { outcome: 'accepted', factorId: id, imported: true, securityStamp: stampOf(next) },
        next,
        events: [{ type: 'factor.imported', ...describe(factor) }],
      }
    },
  })
}

function materialOf(input: TotpImportInput): Material {
  const { algorithm = 'SHA1', digits = 6, periodSeconds = 30, allowShortKey } = input
  requireThat(
    ['SHA1', 'SHA256', 'SHA512'].includes(algorithm),
    'algorithm is SHA1, SHA256 or SHA512',
  )
  requireThat(
    [6, 7, 8].includes(digits) && isWhole(periodSeconds, 1, MAX_PERIOD_SECONDS),
    `digits is 6, 7 or 8, and periodSeconds 1 to ${MAX_PERIOD_SECONDS}`,
  )
  // The authenticator that holds such a key has dropped its spare bits all along.
  const options = { allowShortKey, allowSpareBits: true } as const
  if (input.key instanceof OtpKey) return { key: input.key, algorithm, digits, periodSeconds }
  if (input.key instanceof Uint8Array)
    return { key: OtpKey.fromBytes(input.key, options), algorithm, digits, periodSeconds }
  const text = textOf(input.key)
  if (!isKeyAddress(text))
    return { key: OtpKey.fromBase32(text, options), algorithm, digits, periodSeconds }
  const parsed = parseKeyUri(text, options)
  if (parsed.type !== 'totp')
    throw new KeystepError('ERR_KEY_URI', 'only TOTP authenticators can be imported')
  return {
    key: parsed.key,
    algorithm: parsed.algorithm,
    digits: parsed.digits,
    periodSeconds: parsed.periodSeconds,
  }
}
