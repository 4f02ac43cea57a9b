import { describe, expect, it } from 'vitest'
import { type DurableStorage, durableObjectStore } from '../../src/stores/durable-object.ts'
import { storeContract } from '../../src/testing/index.ts'

/**
 * Storage as its documentation has it: structured clones, and transactions one after the other. The
 * real one: test/runtime/stores.
 */
class ModelStorage implements DurableStorage {
  readonly records = new Map<string, unknown>()
  #last: Promise<unknown> = Promise.resolve()

  transaction<T>(
    work: Parameters<DurableStorage['transaction']>[0] & ((txn: never) => Promise<unknown>),
  ): Promise<T> {
    const turn = this.#last.then(async () => {
      const draft = new Map(this.records)
      const result = await work({
        get: async (key) => structuredClone(draft.get(key)),
        put: async (key, value) => void draft.set(key, structuredClone(value)),
        delete: async (key) => draft.delete(key),
      })
      this.records.clear()
      for (const [key, value] of draft) this.records.set(key, value)
      return result as T
    })
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async list({
    prefix,
    startAfter,
    limit,
  }: {
    prefix: string
    startAfter: string
    limit: number
  }): Promise<Map<string, unknown>> {
    const keys = [...this.records.keys()].filter(
      (key) => key.startsWith(prefix) && key > startAfter,
    )
    return new Map(
      keys
        .sort()
        .slice(0, limit)
        .map((key) => [key, this.records.get(key)]),
    )
  }
}

describe('durableObjectStore', () => {
  const gone = (): Promise<never> => Promise.reject(new Error('storage is gone'))
  const make = () => ({
    store: durableObjectStore(new ModelStorage()),
    brokenStore: durableObjectStore({ transaction: gone, list: gone }),
  })
  for (const { name, run } of storeContract(make)) it(name, run)

  it('leaves the keys of the portal alone, and keeps expiresAt beside the value', async () => {
    const storage = new ModelStorage()
    storage.records.set('session', 'of the portal')
    storage.records.set('~', 'of the portal')
    const store = durableObjectStore(storage)
    const expiresAt = new Date('2027-01-01T00:00:00Z')
    const version = await store.put('session', 'value', { expected: null, expiresAt })
    expect(await store.keys()).toEqual(['session'])
    expect(storage.records.get('session')).toBe('of the portal')
    expect(storage.records.get('keystep:session')).toEqual({
      value: 'value',
      version,
      expiresAt: expiresAt.getTime(),
    })
  })

  it('V3: refuses the handle of a transaction', () => {
    const txn = Object.assign(new ModelStorage(), { rollback: () => undefined })
    expect(() => durableObjectStore(txn)).toThrow(expect.objectContaining({ code: 'ERR_OPTION' }))
  })
})
