import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisStore } from '../../src/stores/redis.ts'
import { storeContract, type StoreUnderTest } from '../../src/testing/index.ts'
import { hasServer, randomTable, urls } from './servers/urls.ts'

const server = await hasServer('redis')

describe.runIf(server)('redisStore on a Redis server', () => {
  const prefix = `${randomTable()}:`
  const node = createClient({ url: urls.redis })
  const io = new Redis(urls.redis, { lazyConnect: true })
  const prefixed = new Redis(urls.redis, { lazyConnect: true, keyPrefix: 'por*tal:' })
  beforeAll(() => Promise.all([node.connect(), io.connect(), prefixed.connect()]))
  afterAll(async () => {
    const left = [...(await io.keys(`${prefix}*`)), ...(await io.keys(`por?tal:${prefix}*`))]
    if (left.length > 0) await io.del(left)
    await Promise.all([node.close(), io.quit(), prefixed.quit()])
  })

  it('errors: a key of another type throws through every method', async () => {
    await io.set(`${prefix}wrong`, 'not a hash')
    const store = redisStore(node, { prefix })
    await expect(store.get('wrong')).rejects.toThrow(/WRONGTYPE/)
    await expect(store.put('wrong', 'value', { expected: null })).rejects.toThrow(/WRONGTYPE/)
    await expect(store.delete('wrong', { expected: 'v' })).rejects.toThrow(/WRONGTYPE/)
    await io.del(`${prefix}wrong`)
  })

  describe('node-redis, second connection ioredis', () => {
    const make = async (): Promise<StoreUnderTest> => {
      const closed = createClient({ url: urls.redis })
      await closed.connect()
      await closed.close()
      return {
        store: redisStore(node, { prefix }),
        otherStore: redisStore(io, { prefix }),
        brokenStore: redisStore(closed, { prefix }),
      }
    }
    for (const { name, run } of storeContract(make)) it(name, run)
  })

  describe('ioredis with a key prefix of its own', () => {
    const make = async (): Promise<StoreUnderTest> => {
      const closed = new Redis(urls.redis, { lazyConnect: true })
      await closed.connect()
      await closed.quit()
      return {
        store: redisStore(prefixed, { prefix }),
        brokenStore: redisStore(closed, { prefix }),
      }
    }
    for (const { name, run } of storeContract(make)) it(name, run)
  })

  it('expiry is housekeeping: a record is kept a day beyond expiresAt, and beyond now when the caller lives in the past', async () => {
    const store = redisStore(node, { prefix })
    const daysLeft = async (key: string): Promise<number> =>
      (await io.pttl(prefix + key)) / 86_400_000
    const soon = await store.put('soon', 'value', {
      expected: null,
      expiresAt: new Date(Date.now() + 86_400_000),
    })
    await store.put('past', 'value', { expected: null, expiresAt: new Date('2020-01-01') })
    expect(await daysLeft('soon')).toBeCloseTo(2, 1)
    expect(await daysLeft('past')).toBeCloseTo(1, 1)
    await store.put('soon', 'value', { expected: soon })
    expect(await io.pttl(`${prefix}soon`)).toBe(-1)
  })

  it('a put that the client sends twice, after a broken connection, is one put', async () => {
    const twice = {
      call: 0,
      eval: async (...args: Parameters<Redis['eval']>) => (
        await io.eval(...args),
        io.eval(...args)
      ),
    }
    const store = redisStore(twice as never, { prefix })
    const version = await store.put('twice', 'value', { expected: null })
    expect(version).not.toBeNull()
    expect(await redisStore(node, { prefix }).get('twice')).toEqual({ value: 'value', version })
  })

  it('ioredis that gives numbers as texts', async () => {
    const texts = new Redis(urls.redis, { lazyConnect: true, stringNumbers: true })
    await texts.connect()
    const store = redisStore(texts, { prefix })
    const version = (await store.put('texts', 'value', { expected: null }))!
    expect(await store.get('texts')).toEqual({ value: 'value', version })
    expect(await store.put('texts', 'other', { expected: 'no such version' })).toBeNull()
    expect(await store.delete('texts', { expected: 'no such version' })).toBe('changed')
    expect(await store.delete('texts', { expected: version })).toBe('deleted')
    await texts.quit()
  })

  it('migrate(): passes on a server that evicts nothing', async () => {
    await redisStore(node, { prefix }).migrate()
    await redisStore(io, { prefix }).migrate()
  })
})

it('redisStore refuses, at migrate(), a server that does not tell its eviction policy', async () => {
  const silent = {
    eval: () => Promise.resolve(null),
    call: () => Promise.resolve('# Memory\r\nused_memory:1\r\n'),
  }
  await expect(redisStore(silent).migrate()).rejects.toMatchObject({ code: 'ERR_STORE' })
})
