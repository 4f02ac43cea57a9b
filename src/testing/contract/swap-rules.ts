import { holds, mustHold, mustPut, type Rule } from './trial.ts'

const NO_SUCH_VERSION = 'no-version-of-yours'
const ONE_STATEMENT =
  'Put the version into the condition of the write itself (UPDATE ... WHERE version = expected), and return null when no row matched'

/** What each write is conditional on, without any race. */
export const swapRules: readonly Rule[] = [
  {
    name: 'get: no record is null',
    async check({ store, key }) {
      holds((await store.get(key())) === null, 'get returned a record for a key that was never put')
      await mustPut(store, key('neighbor'), 'value', null)
      holds(
        (await store.get(key())) === null,
        'get returned a record for a key that was never put, after another key was put',
      )
    },
  },
  {
    name: 'create: only where there is no record',
    async check({ store, key }) {
      const version = await mustPut(store, key(), 'first', null)
      await mustHold(store, key(), 'first', version, 'after a create')
      const second = await store.put(key(), 'second', { expected: null })
      holds(
        second === null,
        'put with expected null overwrote a record. It must insert only if absent (INSERT ... ON CONFLICT DO NOTHING), and return null',
      )
      await mustHold(store, key(), 'first', version, 'after a create that was refused')
    },
  },
  {
    name: 'swap: only at the expected version',
    async check({ store, key }) {
      const first = await mustPut(store, key(), 'first', null)
      const second = await mustPut(store, key(), 'second', first)
      await mustHold(store, key(), 'second', second, 'after a swap')
      holds(
        (await store.put(key(), 'third', { expected: first })) === null,
        `put at an outdated version was accepted. ${ONE_STATEMENT}`,
      )
      holds(
        (await store.put(key(), 'third', { expected: NO_SUCH_VERSION })) === null,
        `put at a version that never was, was accepted. ${ONE_STATEMENT}`,
      )
      await mustHold(store, key(), 'second', second, 'after swaps that were refused')
    },
  },
  {
    name: 'swap: never creates',
    async check({ store, key }) {
      const result = await store.put(key(), 'value', { expected: NO_SUCH_VERSION })
      holds(
        result === null,
        'put with an expected version, where there is no record, was accepted; it must return null (an upsert is not a swap)',
      )
      holds(
        (await store.get(key())) === null,
        'put with an expected version, where there is no record, returned null but wrote one',
      )
    },
  },
  {
    name: 'delete: only at the expected version',
    async check({ store, key }) {
      const words = 'It must delete nothing and return changed'
      holds(
        (await store.delete(key(), { expected: NO_SUCH_VERSION })) === 'changed',
        `delete of no record returned deleted. ${words}`,
      )
      const first = await mustPut(store, key(), 'first', null)
      const second = await mustPut(store, key(), 'second', first)
      holds(
        (await store.delete(key(), { expected: first })) === 'changed',
        `delete at an outdated version returned deleted. ${words}`,
      )
      await mustHold(store, key(), 'second', second, 'after a delete that was refused')
      holds(
        (await store.delete(key(), { expected: second })) === 'deleted',
        'delete at the current version returned changed',
      )
      holds(
        (await store.get(key())) === null,
        'get returned a record after delete returned deleted',
      )
      holds(
        (await store.delete(key(), { expected: second })) === 'changed',
        `a second delete at the same version returned deleted. ${words}`,
      )
    },
  },
  {
    name: 'versions: never used again, not even after delete and re-create (ABA)',
    async check({ store, key }) {
      const seen = new Set<string>()
      const words =
        'A counter that starts anew, a hash of the value or a clock is not enough; take a random version per write'
      const note = (version: string): string => {
        holds(!seen.has(version), `a version was used twice for one key. ${words}`)
        seen.add(version)
        return version
      }
      for (let round = 0; round < 4; round++) {
        const created = note(await mustPut(store, key(), 'same value', null))
        const swapped = note(await mustPut(store, key(), 'same value', created))
        for (const old of seen) {
          if (old === swapped) continue
          holds(
            (await store.put(key(), 'from before', { expected: old })) === null,
            `put at the version of a deleted record was accepted. ${words}`,
          )
          holds(
            (await store.delete(key(), { expected: old })) === 'changed',
            `delete at the version of a deleted record was accepted. ${words}`,
          )
        }
        holds(
          (await store.delete(key(), { expected: swapped })) === 'deleted',
          'delete at the current version returned changed',
        )
      }
    },
  },
  {
    name: 'versions: compared byte by byte',
    async check({ store, key }) {
      let version = await mustPut(store, key(), 'value 0', null)
      const words = 'Make the version column compare bytes (a binary type or collation)'
      for (let round = 1; round <= 8; round++) {
        const look = [
          version.toUpperCase(),
          version.toLowerCase(),
          `${version} `,
          ` ${version}`,
          `${version}0`,
          version.slice(0, -1),
        ]
        for (const near of look.filter((text) => text !== version)) {
          holds(
            (await store.put(key(), 'near', { expected: near })) === null,
            `put was accepted at a version that only looks like the current one. ${words}`,
          )
        }
        version = await mustPut(store, key(), `value ${round}`, version)
      }
    },
  },
]
