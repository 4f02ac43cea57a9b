import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import {
  type FaultOptions,
  faultyStore,
  InjectedFault,
  storeContract,
} from '../../src/testing/index.ts'

const none = {
  errorOnRead: 0,
  errorBeforeWrite: 0,
  errorAfterWrite: 0,
  duplicateDelivery: 0,
  delay: 0,
}
const stageOf = (error: unknown): string =>
  error instanceof InjectedFault ? error.stage : 'no injected fault'

/** A counter kept through a faulty store; what it tells is what a careful caller may know. */
async function countThrough(
  o: FaultOptions,
  steps: number,
): Promise<{
  acknowledged: number
  unknown: number
  stored: number
  trace: string[]
  injected: object
}> {
  const inner = memoryStore()
  const store = faultyStore(inner, o)
  let [acknowledged, unknown] = [0, 0]
  const trace: string[] = []
  for (let step = 0; step < steps; step++) {
    try {
      const record = await store.get('n')
      const written = await store.put('n', `${Number(record?.value ?? 0) + 1}`, {
        expected: record?.version ?? null,
      })
      if (written !== null) acknowledged++
      else unknown++
      trace.push(written === null ? 'lost' : 'won')
    } catch (error) {
      if (stageOf(error) === 'after write') unknown++
      trace.push(stageOf(error))
    }
  }
  await store.settle()
  return {
    acknowledged,
    unknown,
    stored: Number((await inner.get('n'))?.value ?? 0),
    trace,
    injected: store.injected,
  }
}

describe('faultyStore', () => {
  it('without faults is the store itself', async () => {
    for (const { name, run } of storeContract(() =>
      faultyStore(memoryStore(), { ...none, seed: 1 }),
    ))
      if (!name.startsWith('expiry')) await run()
  })

  it('with delays alone keeps the contract', async () => {
    const make = () =>
      faultyStore(memoryStore(), { ...none, seed: 2, delay: 0.5, maxDelaySeconds: 0.002 })
    for (const { name, run } of storeContract(make)) if (/race|create|swap/.test(name)) await run()
  })

  it('gives the same faults for the same seed, and others for another', async () => {
    const [one, again, other] = await Promise.all([
      countThrough({ seed: 42 }, 500),
      countThrough({ seed: 42 }, 500),
      countThrough({ seed: 43 }, 500),
    ])
    expect(again).toEqual(one)
    expect(other.trace).not.toEqual(one.trace)
    expect(Object.values(one.injected).every((count: number) => count > 0)).toBe(true)
  })

  it('V27: every acknowledged write is there, and nothing beyond the acknowledged and the unknown', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const { acknowledged, unknown, stored } = await countThrough({ seed }, 500)
      expect(stored).toBeGreaterThanOrEqual(acknowledged)
      expect(stored).toBeLessThanOrEqual(acknowledged + unknown)
    }
  })

  it('before the write nothing is written; after it, it is', async () => {
    for (const [stage, o, stored] of [
      ['before write', { errorBeforeWrite: 1 }, null],
      ['after write', { errorAfterWrite: 1 }, 'value'],
    ] as const) {
      const inner = memoryStore()
      const error: unknown = await faultyStore(inner, { ...none, ...o, seed: 1 })
        .put('key', 'value', { expected: null })
        .catch((thrown: unknown) => thrown)
      expect(stageOf(error)).toBe(stage)
      expect((await inner.get('key'))?.value ?? null).toBe(stored)
    }
  })

  it('a duplicate that arrives late meets a version that is gone', async () => {
    const inner = memoryStore()
    const store = faultyStore(inner, { ...none, duplicateDelivery: 1, seed: 5 })
    let record = null
    for (let step = 0; step < 50; step++) {
      await store.put('key', `${step}`, { expected: record?.version ?? null })
      record = await store.get('key')
      await store.settle()
      expect(await inner.get('key')).toEqual(record)
    }
    expect(record?.value).toBe('49')
  })

  it('refuses options out of range', () => {
    const refused = expect.objectContaining({ code: 'ERR_OPTION' })
    for (const o of [
      { seed: 0.5 },
      { seed: NaN },
      { seed: 1, delay: 1.1 },
      { seed: 1, errorOnRead: -0.1 },
      { seed: 1, maxDelaySeconds: NaN },
    ]) {
      expect(() => faultyStore(memoryStore(), o)).toThrow(refused)
    }
  })
})
