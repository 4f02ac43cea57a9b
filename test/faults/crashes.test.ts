import {
  createKeyring,
  createTwoFactor,
  generateKeyringKey,
  type Keyring,
  type KeystepEvent,
  type TwoFactor,
} from 'keystep'
import type { RecordStore } from 'keystep/stores'
import { memoryStore } from 'keystep/stores/memory'
import { describe, expect, it } from 'vitest'
import { acceptedOf, enroll, house, login, nextCode } from '../flow/house.ts'
import { peek, rowOf } from '../record/record.ts'
import { type Death, Died, dying } from './dying-store.ts'

const staff = { actor: 'ops/3', reason: 'the disk failed' }
const MOST_WRITES = 12

interface Stores {
  [name: string]: RecordStore
  here: RecordStore
  there: RecordStore
}

/** Ann and Bob, both enrolled, in one of two stores; Ann under a key that may be lost. */
async function scene() {
  const old = generateKeyringKey().replace(/^[^:]+/, 'old')
  const keyring = createKeyring(`${generateKeyringKey()},${old}`)
  const h = house({ store: memoryStore(), keyring: createKeyring(old) })
  const ann = await enroll(h.twoFactor, 'ann', h.clock)
  await enroll(h.twoFactor, 'bob', h.clock)
  h.clock.advance({ seconds: 30 })
  const stores: Stores = { here: h.store, there: memoryStore() }
  const events: KeystepEvent[] = []
  const portal = (place: Stores, keys: Keyring = keyring): TwoFactor =>
    createTwoFactor({
      issuer: 'Example Hosting',
      store: place.here,
      keyring: keys,
      now: h.clock,
      onEvent: (event) => void events.push(event),
    })
  return { ...h, ann, stores, keyring, portal, events }
}
type Scene = Awaited<ReturnType<typeof scene>>

interface Operation {
  call(twoFactor: TwoFactor, stores: Stores, scene: Scene): Promise<unknown>
  before?(scene: Scene): Promise<unknown>
  /** What holds at every moment, whoever died where. */
  always(scene: Scene): Promise<void>
  /** What holds once the call was repeated. */
  after(scene: Scene): Promise<void>
}

/** What the next login of a user comes to; an error by its code. */
async function next(twoFactor: TwoFactor, userId: string): Promise<string> {
  const decided = twoFactor.login.begin({ userId, expectEnrolled: true })
  return decided.then(
    (decision) => decision.next,
    (error: unknown) => (error as { code: string }).code,
  )
}

const passwordOpensNothing = async ({ portal, stores }: Scene): Promise<void> => {
  expect(['challenge', 'ERR_UNKNOWN_KEY', 'ERR_RECORD_MISSING']).toContain(
    await next(portal(stores), 'ann'),
  )
}
const lost = createKeyring(generateKeyringKey())

const operations: Record<string, Operation> = {
  'move to another user id': {
    call: (twoFactor) =>
      twoFactor.maintenance.move({ from: { userId: 'ann' }, to: { userId: 'eve' }, ...staff }),
    async always({ portal, stores }) {
      const opens = [await next(portal(stores), 'ann'), await next(portal(stores), 'eve')].filter(
        (one) => one === 'challenge',
      )
      expect(opens.length).toBeLessThanOrEqual(1)
    },
    async after({ portal, stores, ann, clock, events }) {
      expect(await stores.here.get(rowOf('default', 'ann'))).toBeNull()
      expect(events.filter(({ type }) => type === 'moved').length).toBeLessThanOrEqual(1)
      expect(
        (await portal(stores).status({ userId: 'eve' })).activity.filter(
          ({ type }) => type === 'moved',
        ),
      ).toHaveLength(1)
      acceptedOf(await login(portal(stores), 'eve', nextCode(clock, ann.phone)))
    },
  },
  'move to another store': {
    call: (twoFactor, { there }) =>
      twoFactor.maintenance.move({
        from: { userId: 'ann' },
        to: { userId: 'ann', store: there },
        ...staff,
      }),
    async always({ portal, stores }) {
      const opens = [
        await next(portal(stores), 'ann'),
        await next(portal({ ...stores, here: stores.there }), 'ann'),
      ].filter((one) => one === 'challenge')
      expect(opens.length).toBeLessThanOrEqual(1)
    },
    async after({ portal, stores, ann, clock }) {
      expect(await stores.here.get(rowOf('default', 'ann'))).toBeNull()
      acceptedOf(
        await login(portal({ ...stores, here: stores.there }), 'ann', nextCode(clock, ann.phone)),
      )
    },
  },
  'erase': {
    call: (twoFactor) => twoFactor.maintenance.erase({ userId: 'ann', ...staff }),
    always: async ({ portal, stores }) => {
      expect(['challenge', 'ERR_RECORD_MISSING']).toContain(await next(portal(stores), 'ann'))
    },
    after: async (s) => {
      expect(await peek({ store: s.stores.here, keyring: s.keyring }, 'ann')).toMatchObject({
        factors: [],
        backupCodes: null,
        activity: [],
      })
    },
  },
  'reset': {
    call: (twoFactor) => twoFactor.recovery.reset({ userId: 'ann', ...staff }),
    always: passwordOpensNothing,
    after: async (s) => {
      expect(await peek({ store: s.stores.here, keyring: s.keyring }, 'ann')).toMatchObject({
        factors: [],
        needsSupportCode: true,
      })
    },
  },
  'unlock': {
    call: (twoFactor) => twoFactor.recovery.unlock({ userId: 'ann', ...staff }),
    always: passwordOpensNothing,
    after: async ({ portal, stores, ann, clock }) =>
      void acceptedOf(await login(portal(stores), 'ann', nextCode(clock, ann.phone))),
  },
  'the keyring is given up, and a record reset': {
    call: async (_, stores, { portal }) => {
      await portal(stores, lost).maintenance.checkKeyring({ replace: true, ...staff })
      const reset = portal(stores, lost).recovery.reset({
        userId: 'ann',
        unreadable: true,
        ...staff,
      })
      // The second time round it may be done already.
      await reset.catch((error: unknown) => {
        if ((error as { code: string }).code !== 'ERR_OPTION') throw error
      })
    },
    before: ({ portal, stores }) => portal(stores).maintenance.checkKeyring(),
    always: async ({ portal, stores }) => {
      expect(['challenge', 'ERR_UNKNOWN_KEY']).toContain(await next(portal(stores, lost), 'ann'))
    },
    after: async ({ stores }) => {
      expect(await peek({ store: stores.here, keyring: lost }, 'ann')).toMatchObject({
        needsSupportCode: true,
        factors: [],
      })
    },
  },
  'checkKeyring': {
    call: (twoFactor) => twoFactor.maintenance.checkKeyring(),
    always: passwordOpensNothing,
    after: async ({ portal, stores }) => {
      expect(await portal(stores).maintenance.checkKeyring()).toMatchObject({ created: false })
      await expect(portal(stores, lost).maintenance.checkKeyring()).rejects.toMatchObject({
        code: 'ERR_KEYRING',
      })
    },
  },
  'afterRestore': {
    call: (twoFactor, _, { clock }) =>
      twoFactor.maintenance.afterRestore({
        restoredAt: new Date(clock().getTime() - 1000),
        ...staff,
      }),
    always: passwordOpensNothing,
    async after({ portal, stores, clock, events }) {
      expect(
        await portal(stores).maintenance.afterRestore({
          restoredAt: new Date(clock().getTime() - 1000),
          ...staff,
        }),
      ).toMatchObject({ renewed: 0, left: 2 })
      for (const userId of ['ann', 'bob'])
        expect(
          (await portal(stores).status({ userId })).activity.filter(
            ({ type }) => type === 'restored',
          ),
        ).toHaveLength(1)
      expect(events.filter(({ type }) => type === 'restored').length).toBeLessThanOrEqual(2)
    },
  },
  'reseal': {
    call: (twoFactor) => twoFactor.maintenance.reseal(),
    always: passwordOpensNothing,
    after: async ({ portal, stores }) => {
      expect(Object.keys((await portal(stores).maintenance.summarize()).byKey)).not.toContain('old')
    },
  },
  'export': {
    call: (twoFactor) => twoFactor.maintenance.export({ userId: 'ann', ...staff }),
    always: passwordOpensNothing,
    after: async ({ portal, stores, ann, clock }) =>
      void acceptedOf(await login(portal(stores), 'ann', nextCode(clock, ann.phone))),
  },
}

describe.each(Object.entries(operations))(
  'a process that dies between any two writes of %s',
  (_, operation) => {
    it('leaves nothing open, and whoever repeats the call brings it to its end', async () => {
      for (let write = 1; ; write++) {
        const writes = await Promise.all(
          (['before', 'after'] as const).map((when) => dieAndRepeat(operation, { write, when })),
        )
        if (writes.every((count) => count < write)) return
        expect(write).toBeLessThan(MOST_WRITES)
      }
    })
  },
)

/** How many writes the process did that was to die at one of them. */
async function dieAndRepeat(operation: Operation, death: Death): Promise<number> {
  const around = await scene()
  await operation.before?.(around)
  const doomed = dying(around.stores, death)
  await operation
    .call(around.portal(doomed.stores), doomed.stores, around)
    .catch((error: unknown) => {
      if (!((error as { cause?: unknown }).cause instanceof Died)) throw error
    })
  await operation.always(around)
  await operation.call(around.portal(around.stores), around.stores, around)
  await operation.always(around)
  await operation.after(around)
  return doomed.writes()
}
