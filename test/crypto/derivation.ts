import { hkdfSync } from 'node:crypto'
import { recordKeyOf, subkeyOf } from '../../src/crypto/derived-keys.ts'
import { currentKey, type Keyring, type KeyringEntry } from '../../src/crypto/keyring.ts'

export const SALT = 'keystep-1'
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
export const framed = (...parts: string[]): string =>
  parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('')
export const refereed = (material: Uint8Array, ...info: string[]): string =>
  Buffer.from(hkdfSync('sha256', material, SALT, framed(...info), 32)).toString('hex')
export const keyOfRecord = async (entry: KeyringEntry, recordKey: string): Promise<Uint8Array> =>
  (await recordKeyOf(entry, recordKey)).key
export const recordKeyHex = async (keyring: Keyring, recordKey: string): Promise<string> =>
  hex(await keyOfRecord(currentKey(keyring), recordKey))
export const subkey = async (keyring: Keyring, use = 'challenge'): Promise<string> =>
  hex(await subkeyOf(currentKey(keyring), use))
