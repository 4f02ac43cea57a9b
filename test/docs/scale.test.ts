import { memoryStore } from 'keystep/stores/memory'
import type { RecordStore } from 'keystep/stores'
import { storeContract } from 'keystep/testing'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { enroll, house, login, nextCode } from '../flow/house.ts'
import { fencesOf, readWords } from './fences.ts'

const text = readWords('docs/scale.md')
const { code } = fencesOf('docs/scale.md', text).find(({ about }) => about === 'sharding')!
const { outputText } = ts.transpileModule(code, {
  compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
})
const { shardedStore } = (await import(
  /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(outputText)}`
)) as {
  shardedStore: (shards: readonly RecordStore[]) => RecordStore
}

describe('docs/scale.md: one store over three', () => {
  for (const { name, run } of storeContract(() =>
    shardedStore([memoryStore(), memoryStore(), memoryStore()]),
  ))
    it(name, run)

  it('spreads users over all of them, and finds each again', async () => {
    const shards = [memoryStore(), memoryStore(), memoryStore()]
    const { twoFactor, clock } = house({ store: shardedStore(shards) })
    for (let n = 0; n < 30; n++) await enroll(twoFactor, `u-${n}`, clock)
    const held = await Promise.all(shards.map(async (shard) => (await shard.keys()).length))
    expect(held.reduce((sum, count) => sum + count)).toBe(30)
    expect(Math.min(...held)).toBeGreaterThan(0)
    expect((await twoFactor.maintenance.summarize()).enrolled).toBe(30)
  })
})

describe('docs/scale.md: sizes of records', () => {
  it('are as it says, when a user has enrolled and with a full list of activity', async () => {
    const { twoFactor, clock, store } = house()
    const kilobytes = async (): Promise<number> =>
      Math.ceil((await store.get((await store.keys())[0]!))!.value.length / 1000)
    const { phone } = await enroll(twoFactor, 'u-4711', clock)
    const sizes = [await kilobytes()]
    const context = {
      ip: '203.0.113.7',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    }
    for (let n = 0; n < 30; n++) {
      await login(twoFactor, 'u-4711', nextCode(clock, phone), {
        context,
        ...(n < 2 && { rememberDevice: { label: 'Firefox on Linux' } }),
      })
    }
    sizes.push(await kilobytes())
    const [, enrolled, full] = /A record has (\d+) kB when a user has enrolled, (\d+) kB/.exec(
      text,
    )!
    expect(sizes).toEqual([Number(enrolled), Number(full)])
  })
})
