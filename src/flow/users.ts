import { leftOf } from '../backup-codes/code-set.ts'
import { decodeBase64url } from '../crypto/base64url.ts'
import { labelOf } from './bind-factor.ts'
import { idOf } from './canary.ts'
import { userIdOf } from '../record/record-key.ts'
import { openOrWhy } from './reseal.ts'
import { isWhole, requireThat, type Settings } from '../record/settings.ts'
import { readStored } from '../record/stored.ts'
import type { Factor, Subject } from '../record/subject.ts'
import { gateOf } from '../record/throttle.ts'
import { pageOfKeys } from './walk.ts'

const WEAK_KEY_BYTES = 16
const MOST_USERS = 1000

/** Which page of `maintenance.users`. */
export interface UsersInput {
  /** `next` of the page before. */
  after?: string | undefined
  /** 1 to 1,000, default 100. */
  limit?: number | undefined
}

/** One page; `next` is null on the last one. */
export interface UsersPage {
  readonly users: readonly UserEntry[]
  readonly next: string | null
}

/** One user as an operator sees them: never a key, number, code or device. */
export type UserEntry = ReadableUser | UnreadableUser

/** A record that opens. */
export interface ReadableUser {
  readonly userId: string
  readonly state: 'readable'
  /** The id of the key that sealed the record. */
  readonly keyId: string
  readonly factors: readonly {
    factorId: string
    kind: 'totp' | 'sms'
    label: string
    createdAt: Date
  }[]
  /** 0 without a set. */
  readonly backupCodesLeft: number
  /** Remembered devices that are still good. */
  readonly devices: number
  /** Whether an imported key has less than 128 bits (RFC 4226 R6). */
  readonly weakKey: boolean
  readonly lockedUntil: Date | null
  readonly exhausted: boolean
  /** Reset, and not yet set up anew. */
  readonly needsSupportCode: boolean
  /** Set for what `erase` left: until then a session of that user may be around. */
  readonly erasedUntil: Date | null
}

/** A record that opens nothing. `moving`: repeat `move`; `newer`: a newer keystep wrote it. */
export interface UnreadableUser {
  readonly userId: string
  readonly state: 'moving' | 'missing_key' | 'damaged' | 'newer'
  /** The id of the key that sealed the record; null where the row shows none. */
  readonly keyId: string | null
}

/** `maintenance.users`. */
export async function users(settings: Settings, input: UsersInput = {}): Promise<UsersPage> {
  const { after, limit = 100 } = input
  requireThat(isWhole(limit, 1, MOST_USERS), `limit is 1 to ${MOST_USERS}`)
  requireThat(after === undefined || typeof after === 'string', 'after is what next was')
  const keys = await pageOfKeys(settings, after ?? settings.recordPrefix, limit)
  const page: UserEntry[] = []
  for (const key of keys) {
    const entry = await entryOf(settings, key)
    if (entry) page.push(entry)
  }
  return { users: page, next: keys.length < limit ? null : keys.at(-1)! }
}

async function entryOf(settings: Settings, key: string): Promise<UserEntry | null> {
  const found = await readStored(settings.store, key)
  if (!found) return null
  const [userId, keyId] = [userIdOf(settings.recordPrefix, key), idOf(found.value)]
  const subject = await openOrWhy(settings, key, found.value)
  if (typeof subject === 'string') return { userId, state: subject, keyId }
  return { userId, state: 'readable', keyId: keyId!, ...describe(subject, settings) }
}

function describe(
  subject: Subject,
  settings: Settings,
): Omit<ReadableUser, 'userId' | 'state' | 'keyId'> {
  const now = settings.now()
  const gate = gateOf(subject.attempts.codes, now, settings.limits)
  return {
    factors: subject.factors.map((factor) => ({
      factorId: factor.id,
      kind: factor.kind,
      label: labelOf(factor),
      createdAt: new Date(factor.createdAt),
    })),
    backupCodesLeft: subject.backupCodes ? leftOf(subject.backupCodes) : 0,
    devices: subject.devices.filter(({ expiresAt }) => expiresAt > now).length,
    weakKey: subject.factors.some(hasWeakKey),
    lockedUntil: gate !== 'open' && gate.reason === 'locked' ? gate.retryAt : null,
    exhausted: gate !== 'open' && gate.reason === 'exhausted',
    needsSupportCode: subject.needsSupportCode,
    erasedUntil: subject.keptUntil === null ? null : new Date(subject.keptUntil),
  }
}

/** Whether a factor's key was imported with less than 128 bits. */
export function hasWeakKey(factor: Factor): boolean {
  return factor.kind === 'totp' && decodeBase64url(factor.key)!.length < WEAK_KEY_BYTES
}
