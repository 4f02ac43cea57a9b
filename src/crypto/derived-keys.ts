import { frame } from './frame.ts'
import { expand } from './hkdf.ts'
import { createHmacKey, type HmacKey } from './hmac.ts'
import { DERIVATION, type KeyringEntry, type RecordKey } from './keyring.ts'

/** Version of the envelope: in front of every record, and in its associated data. */
export const ENVELOPE = 'ks1'
/** Keys of one kind: some three megabytes. */
const MOST_KEPT = 4096

/**
 * HKDF for one record: a key of its own, so that random nonces never run out. Kept for a while:
 * what is opened is sealed next.
 */
export function recordKeyOf(
  entry: KeyringEntry,
  recordKey: string,
): RecordKey | Promise<RecordKey> {
  return entry.recordKeys.get(recordKey) ?? deriveRecordKey(entry, recordKey)
}

async function deriveRecordKey(entry: KeyringEntry, recordKey: string): Promise<RecordKey> {
  const key = await derive(entry, 'record', recordKey)
  return keep(entry.recordKeys, recordKey, {
    key,
    associated: frame(ENVELOPE, 'record', entry.id, recordKey),
  })
}

/** HKDF for one kind of sealed token. */
export async function subkeyOf(entry: KeyringEntry, use: string): Promise<Uint8Array<ArrayBuffer>> {
  return entry.subkeys.get(use) ?? keep(entry.subkeys, use, await derive(entry, use))
}

/** The key of one kind of keyed hash, set up for {@link macOf}. */
export function macKeyOf(entry: KeyringEntry, use: string): HmacKey | Promise<HmacKey> {
  return entry.macKeys.get(use) ?? setUpMacKey(entry, use)
}

async function setUpMacKey(entry: KeyringEntry, use: string): Promise<HmacKey> {
  return keep(entry.macKeys, use, createHmacKey(await derive(entry, use)))
}

async function derive(
  entry: KeyringEntry,
  ...info: readonly string[]
): Promise<Uint8Array<ArrayBuffer>> {
  return expand(await entry.load(), frame(DERIVATION, ...info))
}

function keep<K>(kept: Map<string, K>, name: string, key: K): K {
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(name, key)
  return key
}

/** HMAC-SHA-256 over framed parts. */
export function macOf(key: HmacKey, ...parts: readonly string[]): Uint8Array {
  return key.mac(frame(...parts))
}
