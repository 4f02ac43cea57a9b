import type { RecordStore } from 'keystep/stores'

/** What a store shall do instead of, or after, the real thing. */
export interface Weather {
  /** `before`: fails and did nothing. `after`: fails and did it, the acknowledgement was lost. */
  read: 'fine' | 'before'
  write: 'fine' | 'before' | 'after'
}

/** A store that fails on demand. */
export function stormyStore(store: RecordStore): RecordStore & { weather: Weather } {
  const stormy = {
    weather: { read: 'fine', write: 'fine' } as Weather,
    get: (key: string) =>
      stormy.weather.read === 'fine' ? store.get(key) : Promise.reject(new Error('read failed')),
    put: async (...args: Parameters<RecordStore['put']>) => {
      if (stormy.weather.write === 'before') throw new Error('write failed')
      const version = await store.put(...args)
      if (stormy.weather.write === 'after') throw new Error('acknowledgement lost')
      return version
    },
    delete: store.delete,
    keys: store.keys,
  }
  return stormy
}

/**
 * A store whose calls take a few turns of the event loop, each a different number: parallel calls
 * overtake each other. `landed`: writes that took place.
 */
export function slowStore(store: RecordStore): RecordStore & { landed: number } {
  let turn = 0
  const dawdle = async (): Promise<void> => {
    turn = (turn * 7 + 3) % 11
    for (let turns = turn; turns > 0; turns--)
      await new Promise<void>((resume) => setImmediate(resume))
  }
  const slow = {
    landed: 0,
    get: async (key: string) => {
      await dawdle()
      const found = await store.get(key)
      await dawdle()
      return found
    },
    put: async (...args: Parameters<RecordStore['put']>) => {
      await dawdle()
      const version = await store.put(...args)
      if (version !== null) slow.landed++
      await dawdle()
      return version
    },
    delete: store.delete,
    keys: store.keys,
  }
  return slow
}
