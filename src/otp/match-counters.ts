import { parseCode } from './code-text.ts'
import { type OtpParams, resolveOtpParams } from './otp-params.ts'
import { counterKeyOf, type OtpKey } from './otp-key.ts'
import { MODULUS } from './truncated-hmac.ts'

/**
 * The counters (time steps, for TOTP) among `counters` whose code was typed, in the order given.
 * Every one is computed and compared, wherever a match lies (V25). A code that is no code matches
 * none.
 *
 * @throws `ERR_KEY`, `ERR_OPTION`, whatever was typed.
 */
export function matchCounters(
  key: OtpKey,
  typed: unknown,
  counters: readonly number[],
  params: OtpParams,
): number[] {
  const { algorithm, digits } = resolveOtpParams(params)
  const counterKey = counterKeyOf(key, algorithm)
  const code = parseCode(typed, digits)
  if (code === null) return []
  const expected = Number(code)
  const modulus = MODULUS[digits]
  const matches: number[] = []
  for (const counter of counters) {
    // One exclusive or over whole numbers: no digit is compared before another.
    if (((counterKey.truncatedAt(counter) % modulus) ^ expected) === 0) matches.push(counter)
  }
  return matches
}
