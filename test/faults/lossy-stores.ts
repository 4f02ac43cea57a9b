import type { RecordStore } from '../../src/stores/record-store.ts'

/** Controls: stores that acknowledge every write, and lose one in ten. */
export const lossyStores: Readonly<Record<string, (store: RecordStore) => RecordStore>> = {
  'never writes it': (store) =>
    everyTenthPut(store, async (key) => (await store.get(key))!.version),
  'takes it back before the next read': (store) => {
    let undo: (() => Promise<unknown>) | null = null
    const lossy = everyTenthPut(store, async (key, value, o) => {
      const former = (await store.get(key))!
      const version = await store.put(key, value, o)
      if (version !== null) undo = () => store.put(key, former.value, { expected: version })
      return version
    })
    const get: RecordStore['get'] = async (key) => {
      await undo?.()
      undo = null
      return store.get(key)
    }
    return { ...lossy, get }
  },
}

function everyTenthPut(store: RecordStore, lose: RecordStore['put']): RecordStore {
  let puts = 0
  const put: RecordStore['put'] = (key, value, o) =>
    o.expected !== null && ++puts % 10 === 0 ? lose(key, value, o) : store.put(key, value, o)
  return {
    get: (key) => store.get(key),
    put,
    delete: (key, o) => store.delete(key, o),
    keys: (o) => store.keys(o),
  }
}
