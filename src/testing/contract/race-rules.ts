import { holds, mustHold, mustPut, type Rule, together } from './trial.ts'

const RACERS = 50
const ROUNDS = 5
const CHECK_THEN_WRITE =
  'The check and the write must be one atomic step of the engine (one conditional statement), not a read followed by a write'

/** Many at once, over two connections where there are two. */
export const raceRules: readonly Rule[] = [
  {
    name: 'race: 50 creates of one key, one winner',
    async check({ store, other, key }) {
      for (let round = 0; round < ROUNDS; round++) {
        const name = key(`${round}`)
        const versions = await together(RACERS, (i) =>
          (i % 2 ? store : other).put(name, `from ${i}`, { expected: null }),
        )
        await oneWinner(versions, (value, version) =>
          mustHold(other, name, value, version, 'after a race of creates'),
        )
      }
    },
  },
  {
    name: 'race: 50 puts with one expected version, one winner (V2, V6)',
    async check({ store, other, key }) {
      let version = await mustPut(store, key(), 'start', null)
      for (let round = 0; round < ROUNDS; round++) {
        const expected = version
        const versions = await together(RACERS, (i) =>
          (i % 2 ? store : other).put(key(), `from ${i}`, { expected }),
        )
        version = await oneWinner(versions, (value, won) =>
          mustHold(other, key(), value, won, 'after a race of swaps'),
        )
      }
    },
  },
  {
    name: 'race: 50 deletes of one record, one winner',
    async check({ store, other, key }) {
      for (let round = 0; round < ROUNDS; round++) {
        const expected = await mustPut(store, key(), 'value', null)
        const words = await together(RACERS, (i) =>
          (i % 2 ? store : other).delete(key(), { expected }),
        )
        const winners = words.filter((word) => word === 'deleted').length
        holds(
          winners === 1,
          `${winners} of ${RACERS} parallel deletes at one version returned deleted; exactly one must. ${CHECK_THEN_WRITE}`,
        )
        holds(
          (await other.get(key())) === null,
          'the record is still there after a race of deletes',
        )
      }
    },
  },
  {
    name: 'race: swaps against deletes and creates, one winner',
    async check({ store, other, key }) {
      for (let round = 0; round < ROUNDS; round++) {
        const expected = await mustPut(store, key(), 'value', null)
        const won = await together(RACERS, async (i) => {
          if (i % 2) return (await store.put(key(), `from ${i}`, { expected })) !== null
          return (await other.delete(key(), { expected })) === 'deleted'
        })
        const winners = won.filter(Boolean).length
        holds(
          winners === 1,
          `${winners} of ${RACERS} parallel swaps and deletes at one version succeeded; exactly one must. ${CHECK_THEN_WRITE}`,
        )
        const left = await store.get(key())
        if (left) await store.delete(key(), { expected: left.version })
      }
    },
  },
  {
    name: 'race: no update is lost',
    async check({ store, other, key }) {
      const [workers, steps] = [10, 5]
      await mustPut(store, key(), '0', null)
      await together(workers, async (i) => {
        for (let step = 0, tries = 0; step < steps; tries++) {
          holds(
            tries < 5000,
            'a swap never succeeded, although each was tried at the version just read',
          )
          const via = i % 2 ? store : other
          const record = await via.get(key())
          holds(record !== null, 'the record vanished between two swaps')
          if (
            (await via.put(key(), `${Number(record.value) + 1}`, { expected: record.version })) !==
            null
          )
            step++
        }
      })
      const count = Number((await other.get(key()))?.value)
      holds(
        count === workers * steps,
        `${workers * steps} acknowledged increments left a count of ${count}. ${CHECK_THEN_WRITE}`,
      )
    },
  },
  {
    name: 'race: different keys do not disturb each other',
    async check({ store, other, key }) {
      const names = Array.from({ length: RACERS }, (_, i) => key(`own.${i}`))
      const versions: (string | null)[] = await together(RACERS, (i) =>
        (i % 2 ? store : other).put(names[i]!, `first ${i}`, { expected: null }),
      )
      holds(
        versions.every((version) => version !== null),
        'creates of different keys at the same time were refused',
      )
      const swapped = await together(RACERS, (i) =>
        (i % 2 ? other : store).put(names[i]!, `second ${i}`, { expected: versions[i]! }),
      )
      for (const [i, name] of names.entries()) {
        const version = swapped[i] ?? null
        holds(version !== null, 'swaps of different keys at the same time were refused')
        await mustHold(
          store,
          name,
          `second ${i}`,
          version,
          'after writes of different keys at the same time',
        )
      }
    },
  },
]

/** Exactly one racer has a version, and the record is what that one wrote. */
async function oneWinner(
  versions: readonly (string | null)[],
  check: (value: string, version: string) => Promise<void>,
): Promise<string> {
  const winners = versions.flatMap((version, i) =>
    version === null ? [] : [{ value: `from ${i}`, version }],
  )
  const [winner] = winners
  const count = `${winners.length} of ${versions.length} parallel puts with one expected version succeeded; exactly one must`
  holds(winner !== undefined && winners.length === 1, `${count}. ${CHECK_THEN_WRITE}`)
  await check(winner.value, winner.version)
  return winner.version
}
