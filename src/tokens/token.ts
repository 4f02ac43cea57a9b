import { openBytes, sealBytes } from '../crypto/aead.ts'
import { decodeBase64url, encodeBase64url } from '../crypto/base64url.ts'
import { equalBytes } from '../crypto/constant-time.ts'
import { frame } from '../crypto/frame.ts'
import { macKeyOf, macOf, subkeyOf } from '../crypto/derived-keys.ts'
import { currentKey, keyById, type KeyringEntry } from '../crypto/keyring.ts'
import { randomBytes } from '../crypto/random.ts'
import { decodeUtf8, encodeUtf8 } from '../crypto/utf8.ts'
import { KeystepError } from '../errors.ts'
import { CLOCK_TOLERANCE } from '../record/clock.ts'
import { isText, requireThat, type Settings } from '../record/settings.ts'

/** The kinds of strings that travel, by the prefix that each bears. */
const PREFIXES = { challenge: 'ksc_', permit: 'ksp_', enrollment: 'kse_', device: 'ksd_' } as const
type Kind = keyof typeof PREFIXES
const KINDS = Object.keys(PREFIXES) as Kind[]

/** Above the longest that is ever minted. */
const LONGEST_TOKEN = 8192
const TOKEN = /^([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/

/** Whether a session's id went into the MAC; the id itself never stands in a token. */
const IN_SESSION = '1'
const flagOf = (sessionId: string | undefined): string =>
  sessionId === undefined ? '0' : IN_SESSION

export const CHALLENGE_SECONDS = 300
export const PERMIT_SECONDS = 600

/** What every token is bound to, beside its kind, its realm and (through the MAC) its session. */
export interface Claims {
  readonly userId: string
  /** Epoch of the record it was issued under; empty without a record. */
  readonly epoch: string
  readonly issuedAt: number
  readonly expiresAt: number
  /** 128 random bits: by this id a token is spent. */
  readonly id: string
}

/** Claims for a token issued now. */
export function claimsOf(userId: string, epoch: string, now: number, lifeSeconds: number): Claims {
  return { userId, epoch, issuedAt: now, expiresAt: now + lifeSeconds * 1000, id: newId() }
}

export function newId(): string {
  return encodeBase64url(randomBytes(16))
}

/** A session's id is the caller's own: 1 to 512 characters. @throws `ERR_OPTION` */
export function checkSessionId(sessionId: unknown): asserts sessionId is string {
  requireThat(isText(sessionId, 512), 'sessionId is a non-empty string of at most 512 characters')
}

/** An authenticated token: `<prefix><key id>.<1 or 0: in a session><claims>.<MAC>`. */
export async function mintToken(
  settings: Settings,
  kind: 'challenge' | 'permit',
  claims: Claims,
  sessionId: string | undefined,
): Promise<string> {
  const entry = currentKey(settings.keyring)
  const body = flagOf(sessionId) + encodeBase64url(encodeUtf8(JSON.stringify(claims)))
  const mac = macOf(await macKeyOf(entry, kind), settings.realm, sessionId ?? '', body)
  return `${PREFIXES[kind]}${entry.id}.${body}.${encodeBase64url(mac)}`
}

/**
 * The claims of a token that is authentic here, whether or not it expired; null for anything
 * forged, foreign, of another session, or under a key that is unknown or kept for records only.
 *
 * @throws `ERR_OPTION` for what is no session id, `ERR_TOKEN_KIND` for another kind of token,
 *   `ERR_CLOCK` for one issued more than 5 minutes ahead.
 */
export async function readToken<C extends Claims>(
  settings: Settings,
  kind: 'challenge' | 'permit',
  token: unknown,
  sessionId: string | undefined,
): Promise<C | null> {
  if (sessionId !== undefined) checkSessionId(sessionId)
  const parts = split(kind, token)
  const entry = parts && tokenEntry(settings, parts.keyId)
  if (!entry) return null
  const bound = parts.body.startsWith(IN_SESSION)
  if (bound && sessionId === undefined) return null
  const mac = decodeBase64url(parts.tail)
  if (
    !mac ||
    !equalBytes(
      macOf(await macKeyOf(entry, kind), settings.realm, bound ? sessionId! : '', parts.body),
      mac,
    )
  )
    return null
  const bytes = decodeBase64url(parts.body.slice(1))
  return bytes && checkClock(settings, JSON.parse(decodeUtf8(bytes)) as C)
}

/**
 * A sealed token, for what carries a key: `kse_<key id>.<1 or 0: in a session>.<sealed claims>`.
 */
export async function sealToken(
  settings: Settings,
  claims: Claims,
  sessionId: string | undefined,
): Promise<string> {
  const entry = currentKey(settings.keyring)
  const flag = flagOf(sessionId)
  const plain = encodeUtf8(JSON.stringify(claims))
  const sealed = await sealBytes(
    await subkeyOf(entry, 'enrollment'),
    plain,
    associated(settings, entry.id, flag, sessionId),
  )
  return `${PREFIXES.enrollment}${entry.id}.${flag}.${encodeBase64url(sealed)}`
}

/** The claims of a sealed token, as {@link readToken}. */
export async function openToken<C extends Claims>(
  settings: Settings,
  token: unknown,
  sessionId: string | undefined,
): Promise<C | null> {
  if (sessionId !== undefined) checkSessionId(sessionId)
  const parts = split('enrollment', token)
  const entry = parts && tokenEntry(settings, parts.keyId)
  const sealed = entry && decodeBase64url(parts.tail)
  if (!sealed || (parts.body === IN_SESSION && sessionId === undefined)) return null
  const plain = await openBytes(
    await subkeyOf(entry, 'enrollment'),
    sealed,
    associated(settings, parts.keyId, parts.body, sessionId),
  )
  return plain && checkClock(settings, JSON.parse(decodeUtf8(plain)) as C)
}

function associated(
  settings: Settings,
  keyId: string,
  flag: string,
  sessionId: string | undefined,
): Uint8Array<ArrayBuffer> {
  return frame(
    'enrollment',
    keyId,
    settings.realm,
    flag,
    flag === IN_SESSION ? (sessionId ?? '') : '',
  )
}

/** The part of a token after its prefix, or null for what is no token. @throws `ERR_TOKEN_KIND` */
export function unprefixed(kind: Kind, token: unknown): string | null {
  if (typeof token !== 'string' || token.length > LONGEST_TOKEN) return null
  for (const other of KINDS) {
    if (!token.startsWith(PREFIXES[other])) continue
    if (other === kind) return token.slice(PREFIXES[kind].length)
    throw new KeystepError(
      'ERR_TOKEN_KIND',
      `this is a token of kind ${other}, where one of kind ${kind} belongs`,
    )
  }
  return null
}

/** A device token's text. */
export function deviceToken(deviceId: string, secret: string): string {
  return `${PREFIXES.device}${deviceId}.${secret}`
}

function split(kind: Kind, token: unknown): { keyId: string; body: string; tail: string } | null {
  const match = TOKEN.exec(unprefixed(kind, token) ?? '')
  return match && { keyId: match[1]!, body: match[2]!, tail: match[3]! }
}

function tokenEntry(settings: Settings, keyId: string): KeyringEntry | null {
  const entry = keyById(settings.keyring, keyId)
  return entry && !entry.recordsOnly ? entry : null
}

function checkClock<C extends Claims>(settings: Settings, claims: C): C {
  if (claims.issuedAt > settings.now() + CLOCK_TOLERANCE) {
    throw new KeystepError(
      'ERR_CLOCK',
      'a token was issued more than 5 minutes ahead of this clock',
    )
  }
  return claims
}
