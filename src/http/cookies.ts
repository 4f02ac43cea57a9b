import type { DeviceIssued } from '../tokens/device.ts'

// The prefix makes browsers refuse the cookie from anybody but this host over HTTPS, so no
// subdomain can plant one.
const CHALLENGE = '__Host-challenge'
const DEVICE = '__Host-device'

/** How the two cookies are set. */
export interface CookieOptions {
  /**
   * Default `'strict'`; `'lax'` where the user comes back from another site, such as a single
   * sign-on.
   */
  sameSite?: 'strict' | 'lax' | undefined
  /** The clock that `Max-Age` counts from, default the system's. */
  now?: (() => Date) | undefined
}

/** Where cookies are read from: a `Request`, or the text of its `Cookie` header. */
export type CookieSource = { readonly headers: Pick<Headers, 'get'> } | string | null | undefined

/**
 * The `Set-Cookie` value that keeps a login's challenge until it expires: `__Host-`, HttpOnly,
 * Secure, SameSite.
 */
export function challengeCookie(
  { challenge, expiresAt }: { challenge: string; expiresAt: Date },
  options?: CookieOptions,
): string {
  return cookie(CHALLENGE, challenge, expiresAt, options)
}

/**
 * The `Set-Cookie` value that remembers a device until it expires: `__Host-`, HttpOnly, Secure,
 * SameSite. Reveals the token.
 */
export function deviceCookie({ token, expiresAt }: DeviceIssued, options?: CookieOptions): string {
  return cookie(DEVICE, token.reveal(), expiresAt, options)
}

/** The `Set-Cookie` value that ends the challenge cookie. */
export function endChallengeCookie(options?: CookieOptions): string {
  return cookie(CHALLENGE, '', null, options)
}

/** The `Set-Cookie` value that ends the device cookie. */
export function endDeviceCookie(options?: CookieOptions): string {
  return cookie(DEVICE, '', null, options)
}

/**
 * The challenge of the cookie, for `login.verify`; undefined without one, and for anything that is
 * no challenge.
 */
export function readChallengeCookie(source: CookieSource): string | undefined {
  return read(source, CHALLENGE, 'ksc_')
}

/**
 * The device token of the cookie, for `login.begin`; undefined without one, and for anything that
 * is no device token.
 */
export function readDeviceCookie(source: CookieSource): string | undefined {
  return read(source, DEVICE, 'ksd_')
}

function cookie(
  name: string,
  value: string,
  expiresAt: Date | null,
  { sameSite = 'strict', now = () => new Date() }: CookieOptions = {},
): string {
  const seconds =
    expiresAt === null ? 0 : Math.max(0, Math.floor((expiresAt.getTime() - now().getTime()) / 1000))
  return `${name}=${value}; Max-Age=${seconds}; Path=/; Secure; HttpOnly; SameSite=${sameSite === 'lax' ? 'Lax' : 'Strict'}`
}

/**
 * A value of a cookie whose name is prefixed. Names count byte by byte: a browser lets a sibling
 * host plant a name that begins with U+00A0, which a Unicode `trim` would make into ours. A name
 * that comes twice was planted by somebody: neither value is believed (RFC 6265bis 5.6).
 */
function read(source: CookieSource, name: string, prefix: string): string | undefined {
  const header = (typeof source === 'object' ? source?.headers.get('cookie') : source) ?? ''
  const values = header.split(';').flatMap((pair) => valueOf(pair, name) ?? [])
  return values.length === 1 && values[0]!.startsWith(prefix) ? values[0] : undefined
}

function valueOf(pair: string, name: string): string | null {
  const equals = pair.indexOf('=')
  return equals >= 0 && trimmed(pair.slice(0, equals)) === name
    ? trimmed(pair.slice(equals + 1))
    : null
}

/** Without the space and tab around it, which are all that the grammar of cookies knows. */
function trimmed(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}
