import { KeystepError } from '../../errors.ts'
import type { RecordStore } from '../../stores/record-store.ts'
import { holds } from './trial.ts'

/**
 * The store, its answers held to the types of the contract: an adapter in plain JavaScript has no
 * compiler to tell its author.
 */
export function checkedStore(store: RecordStore): RecordStore {
  return {
    async get(key) {
      const record: unknown = await answer('get', () => store.get(key))
      if (record === null) return null
      holds(
        typeof record === 'object',
        'get must return null for no record, and { value, version } for one (not undefined, not a row array)',
      )
      const { value, version } = record as { value: unknown; version: unknown }
      holds(
        typeof value === 'string',
        'get must return the value as a string (not bytes, not parsed JSON)',
      )
      return { value, version: versionOf('get', version) }
    },
    async put(key, value, o) {
      const version: unknown = await answer('put', () => store.put(key, value, o))
      return version === null ? null : versionOf('put', version)
    },
    async delete(key, o) {
      const word: unknown = await answer('delete', () => store.delete(key, o))
      holds(word === 'deleted' || word === 'changed', "delete must return 'deleted' or 'changed'")
      return word
    },
    async keys(o) {
      const keys: unknown = await answer('keys', () => store.keys(o))
      holds(
        Array.isArray(keys) && keys.every((key) => typeof key === 'string'),
        'keys must return an array of strings',
      )
      return keys
    },
  }
}

function versionOf(method: string, version: unknown): string {
  const valid = typeof version === 'string' && version.length >= 1 && version.length <= 64
  holds(
    valid,
    `${method} must return a version as a string of 1 to 64 characters (convert numbers and bytes; null means a lost swap)`,
  )
  return version
}

async function answer(method: string, call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call()
  } catch (cause) {
    throw new KeystepError(
      'ERR_CONFORMANCE',
      `${method} threw where the contract wants an answer; see cause`,
      { cause },
    )
  }
}
