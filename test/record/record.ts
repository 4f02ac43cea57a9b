import type { Keyring } from 'keystep'
import type { RecordStore } from 'keystep/stores'
import { recordKey, recordPrefix } from '../../src/record/record-key.ts'
import { openSubject, sealSubject } from '../../src/record/sealed-subject.ts'
import type { Subject } from '../../src/record/subject.ts'

interface Place {
  store: RecordStore
  keyring: Keyring
  realm?: string
}

/** Where a user's record stands. */
export const rowOf = (realm: string, userId: string): string =>
  recordKey(recordPrefix(realm), userId)

/** What the record of a user holds: a look behind the doors, to see what a call changed there. */
export async function peek(
  { store, keyring, realm = 'default' }: Place,
  userId: string,
): Promise<Subject> {
  const key = rowOf(realm, userId)
  const found = await store.get(key)
  if (!found) throw new Error(`${userId} has no record`)
  return openSubject(keyring, key, found.value)
}

/**
 * Changes a record as no call does: to set up what would take days, or to play the clock that ran
 * ahead.
 */
export async function tamper(
  { store, keyring, realm = 'default' }: Place,
  userId: string,
  change: (subject: Subject) => Subject,
): Promise<void> {
  const key = rowOf(realm, userId)
  const found = await store.get(key)
  if (!found) throw new Error(`${userId} has no record`)
  const value = await sealSubject(
    keyring,
    key,
    change(await openSubject(keyring, key, found.value)),
  )
  if ((await store.put(key, value, { expected: found.version })) === null)
    throw new Error('the record changed meanwhile')
}

/** Marks a user's backup codes as those of another system, which may be short enough to guess. */
export function markImported(place: Place, userId = 'ada'): Promise<void> {
  return tamper(place, userId, (subject) => ({
    ...subject,
    backupCodes: { ...subject.backupCodes!, imported: true },
  }))
}

/** Deletes a user's record under everybody's feet. */
export async function erase({ store, realm = 'default' }: Place, userId: string): Promise<void> {
  const key = rowOf(realm, userId)
  await store.delete(key, { expected: (await store.get(key))!.version })
}
