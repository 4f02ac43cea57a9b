import { decodePercent, type IssuerParam } from './key-uri-query.ts'

/** Who issued a key, and to whom, as a key URI says it. */
export interface KeyUriLabel {
  readonly issuer: string | null
  /** Empty where the label names nobody. */
  readonly account: string
}

/**
 * Takes a label apart, given still percent-encoded, beside the issuer parameter, which wins over
 * the label's where they differ. A label that begins with that issuer is split after it; any other
 * at its first raw colon, or else at its first `%3A`. Spaces around either part are none of it.
 */
export function splitLabel(label: string, param: IssuerParam | null): KeyUriLabel {
  const whole = decodePercent(label)
  // A form's encoding writes a space as a plus. Only a label that spells the same name with spaces
  // tells that from a plus of the name's own.
  const issuer =
    param !== null && param.spaced !== param.text && startsWith(whole, param.spaced)
      ? param.spaced
      : (param?.text ?? null)
  const [prefix, account] = cutLabel(label, whole, issuer)
  return { issuer: issuer?.trim() || prefix.trim() || null, account: account.trim() }
}

function cutLabel(
  label: string,
  whole: string,
  issuer: string | null,
): [prefix: string, account: string] {
  if (issuer !== null && startsWith(whole, issuer)) return [issuer, whole.slice(issuer.length + 1)]
  const raw = label.indexOf(':')
  if (raw >= 0) return [decodePercent(label.slice(0, raw)), decodePercent(label.slice(raw + 1))]
  const encoded = whole.indexOf(':')
  return encoded >= 0 ? [whole.slice(0, encoded), whole.slice(encoded + 1)] : ['', whole]
}

function startsWith(label: string, issuer: string): boolean {
  return label[issuer.length] === ':' && label.startsWith(issuer)
}
