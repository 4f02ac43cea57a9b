import { KeystepError } from '../../errors.ts'
import type { RecordStore } from '../../stores/record-store.ts'

/** One run of one rule: the stores to try, and keys that nobody else uses. */
export interface Trial {
  store: RecordStore
  /**
   * The same records through another connection; the store itself where `makeStore` gave no other.
   */
  other: RecordStore
  /** A key of this trial's own. The same name gives the same key. */
  key(name?: string): string
  rollback: ((work: () => Promise<void>) => Promise<void>) | undefined
  brokenStore: RecordStore | undefined
}

/** A rule of the contract, as a test. */
export interface Rule {
  name: string
  needs?: 'rollback' | 'brokenStore'
  check(trial: Trial): Promise<void>
}

/** Fails the rule with words for the author of the adapter. */
export function holds(condition: boolean, words: string): asserts condition {
  if (!condition) throw new KeystepError('ERR_CONFORMANCE', words)
}

/** A put that must succeed; returns the version. */
export async function mustPut(
  store: RecordStore,
  key: string,
  value: string,
  expected: string | null,
  expiresAt?: Date,
): Promise<string> {
  const version = await store.put(key, value, { expected, expiresAt })
  const what =
    expected === null
      ? 'with expected null, where there was no record,'
      : 'at the version the record was at'
  holds(version !== null, `put ${what} returned null; it must write and return the new version`)
  return version
}

/** The record must be there with this value, at this version. */
export async function mustHold(
  store: RecordStore,
  key: string,
  value: string,
  version: string,
  when: string,
): Promise<void> {
  const record = await store.get(key)
  holds(record !== null, `get returned null ${when}; the record must still be there`)
  holds(
    record.value === value,
    `get returned another value ${when} (${record.value.length} characters instead of ${value.length}, or other ones)`,
  )
  holds(
    record.version === version,
    `get returned another version than the put that wrote the record, ${when}`,
  )
}

/** The results of tasks started at the same time. */
export function together<T>(count: number, task: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => task(index)))
}
