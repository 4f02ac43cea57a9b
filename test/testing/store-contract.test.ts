import { describe, expect, it } from 'vitest'
import { KeystepError } from '../../src/errors.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { faultyStore, storeContract } from '../../src/testing/index.ts'
import { brokenStores } from './broken-stores.ts'

const rules = storeContract(memoryStore).map(({ name }) => name)

describe('the kit fails a store that', () => {
  for (const [what, { make, fails }] of Object.entries(brokenStores)) {
    for (const [rule, words] of Object.entries(fails)) {
      it(`${what}: ${rule}`, async () => {
        const found = storeContract(make).find(({ name }) => name === rule)
        const error: unknown = await found?.run().then(
          () => 'passed',
          (thrown: unknown) => thrown,
        )
        expect(error).toBeInstanceOf(KeystepError)
        expect(error).toMatchObject({
          code: 'ERR_CONFORMANCE',
          message: expect.stringMatching(words),
        })
      })
    }
  }

  it('breaks any rule: each is seen to fail at least once', () => {
    const failed = Object.values(brokenStores).flatMap(({ fails }) => Object.keys(fails))
    expect([...new Set(failed)].sort()).toEqual([...rules].sort())
  })
})

describe('the kit', () => {
  it('says in the first words which rule was broken', async () => {
    const [, create] = storeContract(() => ({ ...memoryStore(), put: async () => 'same' }))
    await expect(create!.run()).rejects.toThrow(/^create: only where there is no record: /)
  })

  it('keeps the error of the engine as cause', async () => {
    const engine = new Error('connection refused')
    const [first] = storeContract(() => ({ ...memoryStore(), get: () => Promise.reject(engine) }))
    await expect(first!.run()).rejects.toMatchObject({ code: 'ERR_CONFORMANCE', cause: engine })
  })

  it('tells the runner why it skips a case, and closes what was opened', async () => {
    const told: string[] = []
    let closed = 0
    const cases = storeContract(() => ({ store: memoryStore(), close: () => closed++ }))
    for (const { run, name } of cases.filter((each) => each.name.includes('[needs '))) {
      await run({ skip: (reason: string) => told.push(`${name}: ${reason}`) })
    }
    expect(told).toHaveLength(3)
    expect(told[0]).toBe(
      'V3: roll back the request, the counter still moved [needs rollback]: makeStore gave no rollback',
    )
    expect(closed).toBe(3)
  })

  it('leaves no record behind', async () => {
    const store = memoryStore()
    for (const { name, run } of storeContract(() => store))
      if (!name.startsWith('expiry')) await run()
    expect(await store.keys()).toEqual([])
  })

  it('takes no argument, as far as runners with callbacks can see', () => {
    expect(storeContract(memoryStore).every(({ run }) => run.length === 0)).toBe(true)
  })

  it('finds lost acknowledgements in a store that is otherwise right', async () => {
    const make = () =>
      faultyStore(memoryStore(), {
        seed: 7,
        errorOnRead: 0,
        errorBeforeWrite: 0,
        duplicateDelivery: 0,
        delay: 0,
        errorAfterWrite: 1,
      })
    await expect(storeContract(make)[1]!.run()).rejects.toMatchObject({
      code: 'ERR_CONFORMANCE',
      cause: { name: 'InjectedFault' },
    })
  })
})
