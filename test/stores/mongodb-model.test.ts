// examples/adapters/mongodb.ts over a model of a collection: the logic of the store, and nothing
// about MongoDB itself.
import { describe, expect, it } from 'vitest'
import type { RecordStore } from 'keystep/stores'
import { storeContract } from '../../src/testing/index.ts'

// By its address, so that the types of the driver, which only the adapters' folder has, are not
// asked for here.
const example = new URL('../../examples/adapters/mongodb.ts', import.meta.url).href
const { mongoStore } = (await import(example)) as {
  mongoStore: (records: never) => RecordStore
}

type Row = { _id: string; version: string } & Record<string, unknown>
type Asked = { writeConcern?: unknown; readConcern?: unknown; readPreference?: unknown }

/** One step for each call, as MongoDB has it for one document; notes what concern was asked for. */
function modelCollection(asked: Asked[] = [], rows = new Map<string, Row>()) {
  const at = ({ _id, version }: { _id: string; version?: string }): Row | null => {
    const row = rows.get(_id)
    return row && (version === undefined || row.version === version) ? row : null
  }
  return {
    async findOne(filter: { _id: string }, o: Asked) {
      asked.push(o)
      return at(filter)
    },
    async insertOne(row: Row, o: Asked) {
      asked.push(o)
      if (rows.has(row._id)) throw Object.assign(new Error('E11000'), { code: 11000 })
      rows.set(row._id, row)
    },
    async findOneAndUpdate(
      filter: { _id: string; version: string },
      change: { $set: object; $unset?: object },
      o: Asked,
    ) {
      asked.push(o)
      const before = at(filter)
      if (!before) return null
      const after = { ...before, ...change.$set }
      for (const field of Object.keys(change.$unset ?? {})) Reflect.deleteProperty(after, field)
      rows.set(filter._id, after)
      return before
    },
    async findOneAndDelete(filter: { _id: string; version: string }, o: Asked) {
      asked.push(o)
      const before = at(filter)
      if (before) rows.delete(filter._id)
      return before
    },
    find({ _id: { $gt } }: { _id: { $gt: string } }, o: Asked) {
      asked.push(o)
      let page = [...rows.values()].filter(({ _id }) => _id > $gt)
      const cursor = {
        project: () => cursor,
        sort: () => ((page = page.sort((one, two) => (one._id < two._id ? -1 : 1))), cursor),
        limit: (count: number) => ((page = page.slice(0, count)), cursor),
        toArray: async () => page,
      }
      return cursor
    },
  }
}

describe('docs/stores.md: MongoDB, on a model of a collection', () => {
  const gone = async (): Promise<never> => Promise.reject(new Error('no primary'))
  const broken = {
    findOne: gone,
    insertOne: gone,
    findOneAndUpdate: gone,
    findOneAndDelete: gone,
    find: () => {
      throw new Error('no primary')
    },
  }
  const make = () => ({
    store: mongoStore(modelCollection() as never),
    brokenStore: mongoStore(broken as never),
  })
  for (const { name, run } of storeContract(make)) it(name, run)

  it('asks for a journaled majority at each write, and reads where nothing older is answered', async () => {
    const asked: Asked[] = []
    const store = mongoStore(modelCollection(asked) as never)
    const first = await store.put('key', 'value', { expected: null })
    const second = await store.put('key', 'value', { expected: first })
    await store.get('key')
    await store.delete('key', { expected: second! })
    const majority = { writeConcern: { w: 'majority', journal: true } }
    const linearizable: unknown = expect.objectContaining({
      readConcern: 'linearizable',
      readPreference: 'primary',
    })
    expect(asked).toEqual([majority, majority, linearizable, majority])
  })
})
