import type { RecordStore } from '../../src/stores/record-store.ts'

/** The end of a process, as the calls that it left behind see it. */
export class Died extends Error {}

/** Where in a call a process dies: before its nth write or after it, and never to come back. */
export interface Death {
  readonly write: number
  readonly when: 'before' | 'after'
}

/**
 * A process over these stores that dies at one write, and does nothing any more. `writes`: how many
 * it did.
 */
export function dying<S extends Record<string, RecordStore>>(
  stores: S,
  death: Death,
): { stores: S; writes: () => number } {
  let count = 0
  let isDead = false
  const alive = (): void => {
    if (isDead) throw new Died()
  }
  const write = async <T>(call: () => Promise<T>): Promise<T> => {
    alive()
    const isLast = ++count === death.write
    if (isLast && death.when === 'before') isDead = true
    alive()
    const answer = await call()
    if (isLast) isDead = true
    alive()
    return answer
  }
  const read = async <T>(call: () => Promise<T>): Promise<T> => {
    alive()
    return call()
  }
  const wrap = (store: RecordStore): RecordStore => ({
    get: (key) => read(() => store.get(key)),
    keys: (o) => read(() => store.keys(o)),
    put: (key, value, o) => write(() => store.put(key, value, o)),
    delete: (key, o) => write(() => store.delete(key, o)),
  })
  const wrapped = Object.fromEntries(
    Object.entries(stores).map(([name, store]) => [name, wrap(store)]),
  ) as S
  return { stores: wrapped, writes: () => count }
}
