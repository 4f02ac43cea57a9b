import { KeystepError } from '../errors.ts'
import { openBytes, sealBytes } from './aead.ts'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { ENVELOPE, recordKeyOf } from './derived-keys.ts'
import { currentKey, keyById, type Keyring } from './keyring.ts'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'

/**
 * The head alone: what follows it is kilobytes, and is looked at letter by letter when it is
 * decoded.
 */
const HEAD = /^ks1\.([A-Za-z0-9_-]{1,32})\.[A-Za-z0-9_-]/
const NEWER = /^ks(?!1\.)\d+\./

/**
 * Seals a record's text as `ks1.<key id>.<base64url>.`; version, key id and record key are
 * authenticated, so that a row moved to another key opens nowhere. The closing point makes a row
 * that a narrow column cut off visible as such.
 */
export async function sealRecord(
  keyring: Keyring,
  recordKey: string,
  text: string,
): Promise<string> {
  const entry = currentKey(keyring)
  const { key, associated } = await recordKeyOf(entry, recordKey)
  const sealed = await sealBytes(key, encodeUtf8(text), associated)
  return `${ENVELOPE}.${entry.id}.${encodeBase64url(sealed)}.`
}

/**
 * Opens what {@link sealRecord} made.
 *
 * @throws `ERR_RECORD_SHAPE` (cut off, or never sealed), `ERR_RECORD_VERSION`, `ERR_UNKNOWN_KEY`,
 *   `ERR_RECORD_SEAL` (tampered with, swapped, or a wrong key).
 */
export async function openRecord(
  keyring: Keyring,
  recordKey: string,
  sealed: string,
): Promise<string> {
  const id = sealedUnder(sealed)
  const body = decodeBase64url(sealed.slice(ENVELOPE.length + id.length + 2, -1))
  if (!body)
    throw new KeystepError('ERR_RECORD_SHAPE', 'the record is not a sealed record, or was cut off')
  const entry = keyById(keyring, id)
  if (!entry)
    throw new KeystepError(
      'ERR_UNKNOWN_KEY',
      'the record is sealed under a key id that the keyring does not have',
    )
  const { key, associated } = await recordKeyOf(entry, recordKey)
  const plain = await openBytes(key, body, associated)
  if (!plain)
    throw new KeystepError(
      'ERR_RECORD_SEAL',
      'the record is not authentic under its key and its place in the store',
    )
  return decodeUtf8(plain)
}

/** The key id in an envelope. @throws `ERR_RECORD_SHAPE`, `ERR_RECORD_VERSION` */
export function sealedUnder(sealed: string): string {
  if (NEWER.test(sealed))
    throw new KeystepError(
      'ERR_RECORD_VERSION',
      'the record was sealed by a newer version of keystep',
    )
  const id = HEAD.exec(sealed)?.[1]
  if (id === undefined || !sealed.endsWith('.'))
    throw new KeystepError('ERR_RECORD_SHAPE', 'the record is not a sealed record, or was cut off')
  return id
}
