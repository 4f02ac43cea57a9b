import { KeystepError } from '../errors.ts'
import { decodePercent } from './key-uri-query.ts'

/** Who issued a key, and to whom, as a key URI says it. */
export interface KeyUriLabel {
  readonly issuer: string | null
  readonly account: string
}

/**
 * Takes a label apart, given still percent-encoded, beside the issuer parameter, which wins over
 * the label's where they differ. A label that begins with that issuer is split after it; any other
 * at its first raw colon, or else at its first `%3A`.
 */
export function splitLabel(label: string, issuerParam: string | null): KeyUriLabel {
  const [prefix, rest] = cutLabel(label, issuerParam)
  // By the format's grammar, spaces after the separator are no part of the account; but buildKeyUri
  // writes an account that begins with one just so, hence they stay in its own form.
  const account = issuerParam !== null && label.includes(':') ? rest : rest.replace(/^ +/, '')
  if (account === '')
    throw new KeystepError('ERR_KEY_URI', 'the label of the key URI names no account')
  return { issuer: issuerParam ?? (prefix === '' ? null : prefix), account }
}

function cutLabel(label: string, issuerParam: string | null): [prefix: string, account: string] {
  const whole = decodePercent(label)
  if (issuerParam !== null && whole[issuerParam.length] === ':' && whole.startsWith(issuerParam))
    return [issuerParam, whole.slice(issuerParam.length + 1)]
  const raw = label.indexOf(':')
  if (raw >= 0) return [decodePercent(label.slice(0, raw)), decodePercent(label.slice(raw + 1))]
  const encoded = whole.indexOf(':')
  return encoded >= 0 ? [whole.slice(0, encoded), whole.slice(encoded + 1)] : ['', whole]
}
