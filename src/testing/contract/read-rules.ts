import { holds, mustHold, mustPut, type Rule, together } from './trial.ts'

const LINEARIZABLE =
  'Read from the primary, with strong consistency, without a cache and outside of any snapshot'

/** Reads see every acknowledged write, on every connection. */
export const readRules: readonly Rule[] = [
  {
    name: 'reads: the latest acknowledged write, on every connection',
    async check({ store, other, key }) {
      let version = await mustPut(store, key(), 'value 0', null)
      for (let round = 1; round <= 30; round++) {
        const [writer, reader] = round % 2 ? [store, other] : [other, store]
        version = await mustPut(writer, key(), `value ${round}`, version)
        for (const via of [reader, writer]) {
          const record = await via.get(key())
          holds(
            record?.value === `value ${round}` && record.version === version,
            `get returned an older record than the last put. ${LINEARIZABLE}`,
          )
        }
      }
      holds(
        (await store.delete(key(), { expected: version })) === 'deleted',
        'delete at the current version returned changed',
      )
      holds(
        (await other.get(key())) === null,
        `get returned a record after its delete was acknowledged. ${LINEARIZABLE}`,
      )
      const again = await mustPut(other, key(), 'again', null)
      await mustHold(
        store,
        key(),
        'again',
        again,
        `after delete and create on another connection. ${LINEARIZABLE}`,
      )
    },
  },
  {
    name: 'reads: never behind what was acknowledged before they began',
    async check({ store, other, key }) {
      let version = await mustPut(store, key(), '0', null)
      let acknowledged = 0
      const write = async (): Promise<void> => {
        for (let count = 1; count <= 100; count++) {
          version = await mustPut(store, key(), `${count}`, version)
          acknowledged = count
        }
      }
      const read = async (): Promise<void> => {
        for (const via of Array.from({ length: 50 }, (_, i) => (i % 2 ? store : other))) {
          const before = acknowledged
          const seen = Number((await via.get(key()))?.value)
          holds(
            seen >= before,
            `get returned put number ${seen} after put number ${before} was acknowledged. ${LINEARIZABLE}`,
          )
        }
      }
      await Promise.all([write(), together(4, read)])
    },
  },
]
