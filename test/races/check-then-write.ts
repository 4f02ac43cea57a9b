import type { RecordStore } from '../../src/stores/record-store.ts'

/** Long enough that eight processes on a busy machine check within it. */
const BETWEEN_MS = 600

/**
 * The control: a store that checks and then writes. Within its own process it is right, since its
 * writes wait for each other; so only a race across processes can find it out.
 */
export function checkThenWrite(store: RecordStore): RecordStore {
  let last: Promise<unknown> = Promise.resolve()
  const put: RecordStore['put'] = (key, value, o) => {
    const turn = last.then(async () => {
      if (((await store.get(key))?.version ?? null) !== o.expected) return null
      await new Promise((resume) => setTimeout(resume, BETWEEN_MS))
      return overwrite(store, key, value)
    })
    last = turn.catch(() => undefined)
    return turn
  }
  return {
    get: (key) => store.get(key),
    put,
    delete: (key, o) => store.delete(key, o),
    keys: (o) => store.keys(o),
  }
}

async function overwrite(store: RecordStore, key: string, value: string): Promise<string> {
  for (;;) {
    const written = await store.put(key, value, {
      expected: (await store.get(key))?.version ?? null,
    })
    if (written !== null) return written
  }
}
