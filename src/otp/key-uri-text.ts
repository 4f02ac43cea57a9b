import { KeystepError } from '../errors.ts'

const CONTROL_OR_LONE_SURROGATE = /[\p{Cc}\p{Cs}]/u

/** Whether a text is well-formed Unicode without control characters, which no app could show. */
export function isPlainText(text: string): boolean {
  return !CONTROL_OR_LONE_SURROGATE.test(text)
}

/** Undoes percent-encoding; a plus is a plus. Malformed encoding, and what is not plain text, throws `ERR_KEY_URI`. */
export function decodePercent(text: string): string {
  const decoded = decodeOrNull(text)
  if (decoded !== null && isPlainText(decoded)) return decoded
  throw new KeystepError('ERR_KEY_URI', 'the key URI has malformed percent-encoding or control characters')
}

function decodeOrNull(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
