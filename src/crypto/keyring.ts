import { KeystepError } from '../errors.ts'
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { extract } from './hkdf.ts'
import type { HmacKey } from './hmac.ts'
import { randomBytes } from './random.ts'
import { Secret } from './secret.ts'
import { encodeUtf8 } from './utf8.ts'

/** Salt of every extraction, and the first word of what is derived. @internal */
export const DERIVATION = 'keystep-1'
const KEY_BYTES = 32
const ID_PATTERN = /^[A-Za-z0-9_-]{1,32}$/
const inspect = Symbol.for('nodejs.util.inspect.custom')

/** The 32 bytes of a key: as base64 or base64url text, bare or in a Secret, or as they are. */
export type KeyMaterial = string | Secret<string> | Uint8Array

/**
 * 32 bytes, as base64 or base64url text or as they are; or a function that fetches them from a KMS.
 */
export type KeyringKeySource = KeyMaterial | (() => KeyMaterial | Promise<KeyMaterial>)

/**
 * One key of a keyring: `id` is 1 to 32 of `A-Z a-z 0-9 _ -`, stands in the clear in every record,
 * and never names two keys.
 */
export interface KeyringKey {
  id: string
  key: KeyringKeySource
}

/** The key that seals from now on, and those that only open what they sealed before. */
export interface KeyringKeys {
  current: KeyringKey
  /**
   * `recordsOnly: true` after a leak: the key still opens records, so that they can be resealed,
   * but no token any more.
   */
  previous?: readonly (KeyringKey & { recordsOnly?: boolean | undefined })[] | undefined
}

type Derived = Uint8Array<ArrayBuffer>

/**
 * What seals one record: its key, and the associated data that ties what is sealed to its place.
 */
export interface RecordKey {
  readonly key: Derived
  readonly associated: Derived
}

interface Entry {
  readonly id: string
  readonly recordsOnly: boolean
  /**
   * The HKDF pseudorandom key (RFC 5869 2.2), fetched once and asked for again after a rejection.
   */
  load(): Promise<Derived>
  readonly recordKeys: Map<string, RecordKey>
  readonly subkeys: Map<string, Derived>
  readonly macKeys: Map<string, HmacKey>
}

let entriesOf: (keyring: Keyring) => readonly Entry[]

/** The portal's keys, unprintable. Made by {@link createKeyring}; handed to `createTwoFactor`. */
export class Keyring {
  readonly #entries: readonly Entry[]

  private constructor(entries: readonly Entry[]) {
    this.#entries = entries
  }

  static {
    entriesOf = (keyring) => keyring.#entries
  }

  /** @internal */
  static of(entries: readonly Entry[]): Keyring {
    return new Keyring(entries)
  }

  /** The id of the key that seals. */
  get currentId(): string {
    return this.#entries[0]!.id
  }

  toJSON(): string {
    return '[Keyring]'
  }

  [inspect](): string {
    return '[Keyring]'
  }
}

/**
 * Makes a keyring from `'id:key'` or `'id:key,id:key'` (the first is current), as an environment
 * variable holds it, or from objects. To rotate: deploy the new key as a previous one everywhere,
 * then make it current, then `maintenance.reseal`.
 *
 * @throws `ERR_KEYRING` for an empty list, a bad or repeated id, or a key that is not 32 bytes; for
 *   a key function, at its first use.
 */
export function createKeyring(keys: string | Secret<string> | KeyringKeys): Keyring {
  const given: unknown = keys instanceof Secret ? keys.reveal() : keys
  const list = typeof given === 'string' ? parseList(given) : listOf(given)
  const ids = new Set(list.map(({ id }) => id))
  if (ids.size !== list.length)
    throw new KeystepError('ERR_KEYRING', 'two keys of the keyring have the same id')
  return Keyring.of(list.map(createEntry))
}

/**
 * A fresh key for {@link createKeyring}: today's id and 32 random bytes, as `'k20261122:...'`. Keep
 * it like a password to every account.
 */
export function generateKeyringKey(): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '')
  return `k${day}:${encodeBase64url(randomBytes(KEY_BYTES))}`
}

type ListedKey = KeyringKey & { recordsOnly?: boolean | undefined }

function parseList(text: string): ListedKey[] {
  return text.split(',').map((part) => {
    const [id, key, ...rest] = part.trim().split(':')
    if (id === undefined || key === undefined || rest.length > 0) {
      throw new KeystepError(
        'ERR_KEYRING',
        "a keyring is written 'id:key' or 'id:key,id:key', the current key first",
      )
    }
    return { id, key }
  })
}

function listOf(keys: unknown): ListedKey[] {
  if (keys === undefined)
    throw new KeystepError(
      'ERR_KEYRING',
      'no keys were given: is the variable that holds them set?',
    )
  const { current, previous = [] } = (keys ?? {}) as Partial<KeyringKeys>
  const listed: readonly unknown[] = Array.isArray(previous)
    ? [current, ...(previous as unknown[])]
    : []
  if (listed.length === 0 || !listed.every((one) => typeof one === 'object' && one !== null)) {
    throw new KeystepError(
      'ERR_KEYRING',
      'a keyring has a current key, and previous ones in a list',
    )
  }
  const { id, key } = current!
  return [{ id, key }, ...previous]
}

function createEntry({ id, key, recordsOnly }: ListedKey): Entry {
  if (typeof id !== 'string' || !ID_PATTERN.test(id)) {
    throw new KeystepError('ERR_KEYRING', 'a key id is 1 to 32 of A-Z, a-z, 0-9, _ and -')
  }
  // A merely truthy value must not read as leave for a leaked key to go on making tokens.
  if (recordsOnly !== undefined && typeof recordsOnly !== 'boolean')
    throw new KeystepError('ERR_KEYRING', 'recordsOnly is true or false')
  const load =
    typeof key === 'function'
      ? once(async () => pseudorandomKey(await ask(key)))
      : always(pseudorandomKey(key))
  return {
    id,
    recordsOnly: recordsOnly === true,
    load,
    recordKeys: new Map(),
    subkeys: new Map(),
    macKeys: new Map(),
  }
}

async function ask(key: () => KeyMaterial | Promise<KeyMaterial>): Promise<KeyMaterial> {
  try {
    return await key()
  } catch (cause) {
    throw new KeystepError('ERR_KEYRING', 'the key function of the keyring failed', { cause })
  }
}

function always<T>(value: T): () => Promise<T> {
  const settled = Promise.resolve(value)
  return () => settled
}

function once<T>(fetch: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined
  return () =>
    (pending ??= fetch().catch((error: unknown) => {
      pending = undefined
      throw error
    }))
}

function pseudorandomKey(material: unknown): Derived {
  const given: unknown = material instanceof Secret ? material.reveal() : material
  const bytes =
    given instanceof Uint8Array
      ? Uint8Array.from(given)
      : typeof given === 'string'
        ? decodeKey(given)
        : null
  if (bytes?.length !== KEY_BYTES)
    throw new KeystepError(
      'ERR_KEYRING',
      'a key of the keyring is exactly 32 bytes, in base64 when written',
    )
  return extract(encodeUtf8(DERIVATION), bytes)
}

function decodeKey(text: string): Uint8Array | null {
  return text.length > 64
    ? null
    : decodeBase64url(
        text
          .trim()
          .replaceAll('+', '-')
          .replaceAll('/', '_')
          .replace(/={1,2}$/, ''),
      )
}

/** The keyring's entry of that id, or undefined. @internal */
export function keyById(keyring: Keyring, id: string): Entry | undefined {
  return entriesOf(keyring).find((entry) => entry.id === id)
}

/** Every key of the keyring, the one that seals first. @internal */
export function keysOf(keyring: Keyring): readonly Entry[] {
  return entriesOf(keyring)
}

/** The entry that seals. @internal */
export function currentKey(keyring: Keyring): Entry {
  return entriesOf(keyring)[0]!
}

export type { Entry as KeyringEntry }
