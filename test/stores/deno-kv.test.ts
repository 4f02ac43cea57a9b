import { describe, expect, it } from 'vitest'
import { type DenoKvHandle, denoKvStore } from '../../src/stores/deno-kv.ts'
import { storeContract } from '../../src/testing/index.ts'

interface Entry {
  value: Uint8Array
  versionstamp: string
  expireIn: number | undefined
}

/**
 * Deno KV as its documentation has it, with its limits: keys of 2 KiB, values of 64 KiB. The real
 * one: test/runtime/stores.
 */
function modelKv(entries = new Map<string, Entry>()): DenoKvHandle {
  let count = 0
  const nameOf = (key: readonly string[]): string => key.join('\0')
  const atomic: DenoKvHandle['atomic'] = () => {
    const checks: (() => boolean)[] = []
    const writes: ((versionstamp: string) => void)[] = []
    const operation: ReturnType<DenoKvHandle['atomic']> = {
      check: ({ key, versionstamp }) => {
        if (versionstamp !== null && !/^[0-9a-f]{20}$/.test(versionstamp))
          throw new TypeError('invalid versionstamp')
        checks.push(() => (entries.get(nameOf(key))?.versionstamp ?? null) === versionstamp)
        return operation
      },
      set: (key, value, { expireIn } = {}) => {
        if (nameOf(key).length > 2048 || value.length + 8 > 65_536) throw new TypeError('too large')
        writes.push((versionstamp) =>
          entries.set(nameOf(key), { value: value.slice(), versionstamp, expireIn }),
        )
        return operation
      },
      delete: (key) => {
        writes.push(() => entries.delete(nameOf(key)))
        return operation
      },
      commit: async () => {
        if (!checks.every((check) => check())) return { ok: false }
        const versionstamp = (++count).toString(16).padStart(20, '0')
        for (const write of writes) write(versionstamp)
        return { ok: true, versionstamp }
      },
    }
    return operation
  }
  return {
    atomic,
    get: async (key) => ({
      key,
      value: entries.get(nameOf(key))?.value ?? null,
      versionstamp: entries.get(nameOf(key))?.versionstamp ?? null,
    }),
    async *list({ prefix, start = prefix }) {
      const names = [...entries.keys()]
        .filter((name) => name.startsWith(`${nameOf(prefix)}\0`) && name >= nameOf(start))
        .sort()
      for (const name of names) yield { key: name.split('\0'), ...entries.get(name)! }
    },
  }
}

describe('denoKvStore', () => {
  const gone = (): never => {
    throw new TypeError('already closed')
  }
  const make = () => ({
    store: denoKvStore(modelKv()),
    brokenStore: denoKvStore({ get: gone, list: gone, atomic: gone }),
  })
  for (const { name, run } of storeContract(make)) it(name, run)

  it('expiry is housekeeping: a day is added, from now on when the caller lives in the past, and a put without it clears it', async () => {
    const entries = new Map<string, Entry>()
    const store = denoKvStore(modelKv(entries))
    const day = 86_400_000
    const days = (key: string): number => (entries.get(`keystep\0${key}`)?.expireIn ?? NaN) / day
    const version = await store.put('soon', 'value', {
      expected: null,
      expiresAt: new Date(Date.now() + day),
    })
    await store.put('past', 'value', { expected: null, expiresAt: new Date('2020-01-01') })
    expect(days('soon')).toBeCloseTo(2, 3)
    expect(days('past')).toBe(1)
    await store.put('soon', 'value', { expected: version })
    expect(days('soon')).toBeNaN()
  })

  it('keeps apart what lies under different prefixes', async () => {
    const kv = modelKv()
    const [one, two] = [denoKvStore(kv, { prefix: ['a'] }), denoKvStore(kv, { prefix: ['a', 'b'] })]
    await one.put('key', 'one', { expected: null })
    await two.put('key', 'two', { expected: null })
    expect((await one.get('key'))?.value).toBe('one')
    expect((await two.get('key'))?.value).toBe('two')
    expect(await one.keys()).toEqual(['key'])
    expect(await two.keys()).toEqual(['key'])
  })

  it('a foreign value under the prefix throws, and is not taken for a record', async () => {
    const entries = new Map([
      [
        'keystep\0key',
        { value: 'text' as never, versionstamp: '0'.repeat(20), expireIn: undefined },
      ],
    ])
    await expect(denoKvStore(modelKv(entries)).get('key')).rejects.toMatchObject({
      code: 'ERR_RECORD_SHAPE',
    })
  })
})
