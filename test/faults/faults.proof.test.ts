import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/stores/memory.ts'
import type { RecordStore } from '../../src/stores/record-store.ts'
import { proofSize } from '../proof-size.ts'
import { type Connection, isHere, makePlace, open } from '../races/engines.ts'
import { live, type Tally } from './life.ts'
import { lossyStores } from './lossy-stores.ts'

const LIFE = 200

/** Lives of 200 steps, one after the other, each with a seed of its own. */
async function liveOn(inner: RecordStore, steps: number): Promise<Tally> {
  const sum: Tally = { steps: 0, accepted: 0, wrong: 0, surfaced: 0, injected: 0, findings: [] }
  for (let seed = 1; sum.steps < steps; seed++) {
    const tally = await live(inner, seed, Math.min(LIFE, steps - sum.steps))
    for (const key of ['steps', 'accepted', 'wrong', 'surfaced', 'injected'] as const)
      sum[key] += tally[key]
    sum.findings.push(...tally.findings)
  }
  console.log(
    `${sum.steps} steps: ${sum.accepted} accepted, ${sum.wrong} wrong, ${sum.injected} faults, ${sum.surfaced} surfaced as ERR_STORE`,
  )
  return sum
}

function holds(tally: Tally, steps: number): void {
  expect(tally.findings).toEqual([])
  expect(tally.surfaced).toBe(tally.injected)
  expect(tally.steps).toBeGreaterThanOrEqual(steps)
  // The lives were lively: each kind of outcome is a good part of the steps.
  expect(Math.min(tally.accepted, tally.wrong, tally.surfaced)).toBeGreaterThan(steps / 50)
}

describe('V27: over a store that fails by seed, on memory', () => {
  const steps = proofSize({ proof: 100_000, daily: 5_000 })

  it(`${steps} logins: no code accepted twice, no attempt given back, every failure an ERR_STORE with its cause`, async () => {
    holds(await liveOn(memoryStore(), steps), steps)
  }, 1_800_000)

  it.each(Object.keys(lossyStores))(
    'a store that acknowledges a write and %s is found out',
    async (flaw) => {
      const { findings } = await liveOn(lossyStores[flaw]!(memoryStore()), 1_000)
      expect(findings).toContainEqual(expect.stringMatching(/told, streak from/))
      expect(findings).toContainEqual(
        expect.stringMatching(/accepted without being spent|accepted twice/),
      )
    },
  )
})

const others = ['postgres', 'etcd', 'dynamo'] as const
const present = await Promise.all(others.map(isHere))

describe.each(others.filter((_, index) => present[index]))(
  'V27: over a store that fails by seed, on %s',
  (engine) => {
    const steps = proofSize({ proof: 2_000, daily: 300 })
    let remove: () => Promise<void>
    let connection: Connection
    beforeAll(async () => {
      const made = await makePlace(engine)
      remove = made.remove
      connection = await open(made.place)
    })
    afterAll(async () => {
      await connection.close()
      await remove()
    })

    it(`${steps} logins: no code accepted twice, no attempt given back, every failure an ERR_STORE with its cause`, async () => {
      holds(await liveOn(connection.store, steps), steps)
    }, 1_800_000)
  },
)
