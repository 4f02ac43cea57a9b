import { memoryStore } from 'keystep/stores/memory'
import { type Case, equal, holds, refuses } from './case.ts'
import { enroll, login, openPortal, type Portal } from './portal.ts'

/** A record that another runtime has sealed, with what opens it. */
export interface SealedElsewhere {
  readonly keys: string
  readonly userId: string
  readonly recordKey: string
  readonly value: string
  readonly backupCode: string
}

/** Seals a record here, to be opened elsewhere. */
export async function sealRecord(keys: string): Promise<SealedElsewhere> {
  const portal = openPortal(keys)
  const { backupCodes } = await enroll(portal, 'u-elsewhere')
  const [recordKey = ''] = await portal.store.keys()
  return {
    keys,
    userId: 'u-elsewhere',
    recordKey,
    value: await valueAt(portal, recordKey),
    backupCode: backupCodes[0] ?? '',
  }
}

async function valueAt({ store }: Portal, recordKey: string): Promise<string> {
  return (await store.get(recordKey))?.value ?? ''
}

async function replace({ store }: Portal, recordKey: string, value: string): Promise<void> {
  await store.put(recordKey, value, { expected: (await store.get(recordKey))?.version ?? null })
}

/** Set by the bundler: what Node 20 has sealed. */
declare const SEALED_ELSEWHERE: SealedElsewhere

export const sealingCases: readonly Case[] = [
  {
    name: 'sealing: a stored record shows neither key nor codes',
    run: async () => {
      const portal = openPortal()
      const { key, backupCodes } = await enroll(portal, 'u-1')
      const stored = await valueAt(portal, (await portal.store.keys())[0] ?? '')
      holds(stored.length > 100, 'a record is stored')
      for (const secret of [key.revealBase32(), 'totp', ...backupCodes])
        holds(!stored.includes(secret), 'nothing of it can be read')
    },
  },
  {
    name: 'sealing: V17, a changed record and a record of another user are refused',
    run: async () => {
      const portal = openPortal()
      for (const userId of ['u-1', 'u-2']) await enroll(portal, userId)
      const [first = '', second = ''] = await portal.store.keys()
      const own = await valueAt(portal, first)
      await replace(
        portal,
        first,
        `${own.slice(0, -3)}${own.at(-3) === 'A' ? 'B' : 'A'}${own.slice(-2)}`,
      )
      await refuses('ERR_RECORD_SEAL', () => portal.twoFactor.status({ userId: 'u-1' }))
      await replace(portal, first, await valueAt(portal, second))
      await refuses('ERR_RECORD_SEAL', () => portal.twoFactor.status({ userId: 'u-1' }))
      await replace(portal, first, own)
      equal((await portal.twoFactor.status({ userId: 'u-1' })).factors.length, 1)
    },
  },
  {
    name: 'sealing: a record that Node 20 sealed opens here',
    run: async () => {
      const { keys, userId, recordKey, value, backupCode } = SEALED_ELSEWHERE
      const portal = openPortal(keys, memoryStore())
      await portal.store.put(recordKey, value, { expected: null })
      equal((await login(portal, userId, backupCode)).outcome, 'accepted')
      equal(await login(portal, userId, backupCode), {
        outcome: 'rejected',
        reason: 'already_used',
      })
    },
  },
]
