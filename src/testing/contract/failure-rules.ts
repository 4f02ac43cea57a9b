import type { RecordStore } from '../../stores/record-store.ts'
import { holds, mustHold, mustPut, type Rule, type Trial } from './trial.ts'

const OWN_TRANSACTION =
  'Write outside of the transaction that the caller has open (a connection of its own from the pool), or throw when the handle is inside of one'

/** What a rolled-back request and a failing engine must not do. */
export const failureRules: readonly Rule[] = [
  {
    name: 'V3: roll back the request, the counter still moved',
    needs: 'rollback',
    async check(trial) {
      const { store, other, key } = trial
      const put = async (name: string, expected: string | null): Promise<void> => {
        const version = await inRolledBack(trial, () =>
          store.put(key(name), 'attempt counted', { expected }),
        )
        if (version === undefined || version === null) return
        const record = await other.get(key(name))
        holds(
          record?.version === version,
          `put returned a version inside the caller's transaction, and the rollback took the write back. ${OWN_TRANSACTION}`,
        )
      }
      await put('create', null)
      await put('swap', await mustPut(store, key('swap'), 'before', null))
      const expected = await mustPut(store, key('delete'), 'before', null)
      const word = await inRolledBack(trial, () => store.delete(key('delete'), { expected }))
      if (word !== 'deleted') return
      holds(
        (await other.get(key('delete'))) === null,
        `delete inside the caller's transaction returned deleted, and the rollback took it back. ${OWN_TRANSACTION}`,
      )
    },
  },
  {
    name: "reads: no snapshot of the caller's transaction",
    needs: 'rollback',
    async check({ store, other, key, rollback }) {
      const first = await mustPut(store, key(), 'before', null)
      let stale = false
      await rollback!(async () => {
        await quietly(() => store.get(key()))
        const second = await quietly(() => other.put(key(), 'after', { expected: first }))
        const record = await quietly(() => store.get(key()))
        stale = typeof second === 'string' && record?.version === first
      })
      holds(
        !stale,
        `get inside the caller's transaction returned the record as it was when that began. ${OWN_TRANSACTION}`,
      )
    },
  },
  {
    name: 'errors: an engine error is thrown, never returned',
    needs: 'brokenStore',
    async check({ brokenStore, store, key }) {
      const broken = brokenStore!
      await mustThrow('get', 'null, which reads as no record', () => broken.get(key()))
      await mustThrow('put with expected null', 'null, which reads as a lost race', () =>
        broken.put(key(), 'value', { expected: null }),
      )
      const expected = await mustPut(store, key(), 'value', null)
      await mustThrow('put', 'null, which reads as a lost race', () =>
        broken.put(key(), 'other', { expected }),
      )
      await mustThrow('delete', 'changed', () => broken.delete(key(), { expected }))
      await mustThrow('keys', 'an empty list', () => broken.keys())
      await mustHold(store, key(), 'value', expected, 'after calls through brokenStore')
    },
  },
]

/**
 * What the call answered inside a transaction of the caller's that was rolled back; undefined when
 * it threw there, which is as good.
 */
async function inRolledBack<T>(
  { rollback }: Trial,
  call: () => Promise<T>,
): Promise<T | undefined> {
  let ran = false
  let answer: T | undefined
  await rollback!(async () => {
    ran = true
    answer = await quietly(call)
  })
  holds(ran, 'the rollback of makeStore did not run the work that it was given')
  return answer
}

async function quietly<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch {
    return undefined
  }
}

async function mustThrow(
  method: string,
  lie: string,
  call: () => ReturnType<RecordStore[keyof RecordStore]>,
): Promise<void> {
  const outcome = await call().then(
    () => 'answered',
    () => 'threw',
  )
  holds(
    outcome === 'threw',
    `${method} answered although the engine failed (brokenStore); it must throw. Never catch the engine's error to return ${lie}`,
  )
}
