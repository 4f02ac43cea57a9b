import { encodeBase64url } from '../crypto/base64url.ts'
import { equalText } from '../crypto/constant-time.ts'
import { macKeyOf, macOf } from '../crypto/derived-keys.ts'
import { sealedUnder } from '../crypto/envelope.ts'
import { keyById, type KeyringEntry, keysOf } from '../crypto/keyring.ts'
import { KeystepError } from '../errors.ts'
import { canaryKey } from '../record/record-key.ts'
import { openSubject } from '../record/sealed-subject.ts'
import type { Settings } from '../record/settings.ts'
import { readStored } from '../record/stored.ts'
import { walk } from './walk.ts'

/** How one key of the keyring is known again. */
export interface KeyCheck {
  readonly id: string
  /** A MAC by the key over realm and id: it tells nothing of the key. */
  readonly mac: string
  /**
   * Whether the key had opened what lay under its id, or nothing lay there, or staff vouched for
   * it.
   */
  readonly proven: boolean
}

/** What the check of a realm's keyring holds. No secret, and nothing of a user. */
export interface Canary {
  readonly canary: 1
  readonly checks: readonly KeyCheck[]
  /** Ids of the keys that sealed, in the order in which they first did. */
  readonly current: readonly string[]
  /** Ids whose key is gone, by the word of who replaced the check. */
  readonly lost: readonly string[]
  readonly replaced?: { readonly at: number; readonly actor: string; readonly reason: string }
}

export interface HeldCanary {
  readonly canary: Canary
  readonly version: string
}

/**
 * The check as it stands, or null. @throws `ERR_STORE`, `ERR_RECORD_SHAPE`, `ERR_RECORD_VERSION`
 */
export async function readCanary({ store, realm }: Settings): Promise<HeldCanary | null> {
  const found = await readStored(store, canaryKey(realm))
  return found && { canary: parse(found.value), version: found.version }
}

function parse(value: string): Canary {
  let canary: Partial<Canary> | null
  try {
    canary = JSON.parse(value) as Partial<Canary> | null
  } catch {
    canary = null
  }
  if (!Array.isArray(canary?.checks)) {
    throw new KeystepError('ERR_RECORD_SHAPE', 'the check of the keyring is damaged: replace it')
  }
  if (canary.canary !== 1) {
    throw new KeystepError('ERR_RECORD_VERSION', 'a newer version wrote the check of the keyring')
  }
  return canary as Canary
}

export async function checkOf(
  settings: Settings,
  entry: KeyringEntry,
  proven: boolean,
): Promise<KeyCheck> {
  const mac = encodeBase64url(macOf(await macKeyOf(entry, 'canary'), settings.realm, entry.id))
  return { id: entry.id, mac, proven }
}

/**
 * Whether every key of this keyring that the check knows is the one it knows, and the key that
 * sealed last is among them. @throws `ERR_KEYRING`
 */
export async function requireKnown(settings: Settings, { checks, current }: Canary): Promise<void> {
  for (const entry of keysOf(settings.keyring)) {
    const known = checks.find(({ id }) => id === entry.id)
    if (known && !equalText(known.mac, (await checkOf(settings, entry, true)).mac)) {
      throw new KeystepError(
        'ERR_KEYRING',
        'a key of the keyring is not the one that its id named before',
      )
    }
  }
  if (!keyById(settings.keyring, current.at(-1) ?? '')) {
    throw new KeystepError(
      'ERR_KEYRING',
      'the keyring lacks the key that other processes seal with',
    )
  }
}

/**
 * Refuses the reset of a record that somebody may still read: only a keyring that is proven right
 * may call a record lost, and only one whose key was given up, or that its right key does not open.
 *
 * @throws `ERR_KEYRING`, and what kept the record shut where that is no loss.
 */
export async function requireLost(
  settings: Settings,
  value: string,
  because: KeystepError,
): Promise<void> {
  const { code } = because
  if (!['ERR_UNKNOWN_KEY', 'ERR_RECORD_SEAL', 'ERR_RECORD_SHAPE'].includes(code)) throw because
  const held = await readCanary(settings)
  if (!held) {
    throw new KeystepError(
      'ERR_KEYRING',
      'the keyring was never checked: call maintenance.checkKeyring',
    )
  }
  await requireKnown(settings, held.canary)
  if (code === 'ERR_RECORD_SHAPE') return
  const id = sealedUnder(value)
  const { checks, lost } = held.canary
  const isLost =
    code === 'ERR_UNKNOWN_KEY'
      ? lost.includes(id)
      : checks.some((one) => one.id === id && one.proven) ||
        (await keysInUse(settings)).opened.has(id)
  if (isLost) return
  throw new KeystepError(
    'ERR_KEYRING',
    'another process may have the key of this record: if it is lost, replace the check of the keyring',
  )
}

/**
 * Which key ids the realm's records are sealed under, and of which of them at least one record
 * opens.
 */
export async function keysInUse(
  settings: Settings,
): Promise<{ ids: ReadonlySet<string>; opened: ReadonlySet<string> }> {
  const [ids, opened] = [new Set<string>(), new Set<string>()]
  await walk(settings, {}, async (key) => {
    const found = await readStored(settings.store, key)
    const id = found && idOf(found.value)
    if (!id) return
    ids.add(id)
    if (!opened.has(id) && (await opens(settings, key, found.value))) opened.add(id)
  })
  return { ids, opened }
}

/** The key id of a row; null for what was never sealed or was cut off. */
export function idOf(value: string): string | null {
  try {
    return sealedUnder(value)
  } catch {
    return null
  }
}

/** Whether the keyring's own key of that id made the row, whatever is in it. */
async function opens({ keyring }: Settings, key: string, value: string): Promise<boolean> {
  try {
    await openSubject(keyring, key, value)
    return true
  } catch (error) {
    if (!(error instanceof KeystepError) || error.code === 'ERR_KEYRING') throw error
    return error.code === 'ERR_RECORD_MOVED' || error.code === 'ERR_RECORD_VERSION'
  }
}
