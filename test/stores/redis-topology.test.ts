import { Cluster, Redis } from 'ioredis'
import { createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisStore } from '../../src/stores/redis.ts'
import { storeContract, type StoreUnderTest } from '../../src/testing/index.ts'
import { canStartRedis, startCluster, startRedis } from './servers/redis-server.ts'

const able = canStartRedis()

describe.runIf(able)('redisStore on a Redis cluster of three masters', async () => {
  const cluster = able ? await startCluster() : { ports: [], stop: () => Promise.resolve() }
  const node = createCluster({
    rootNodes: cluster.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })),
  })
  const io = new Cluster(
    cluster.ports.map((port) => ({ host: '127.0.0.1', port })),
    { lazyConnect: true, scaleReads: 'all' },
  )
  beforeAll(() => Promise.all([node.connect(), io.connect()]))
  afterAll(async () => {
    await Promise.all([node.close(), io.quit()])
    await cluster.stop()
  })
  const make = (): StoreUnderTest => ({ store: redisStore(node), otherStore: redisStore(io) })
  for (const { name, run } of storeContract(make)) if (!name.includes('[needs')) it(name, run)

  it('spreads records over the masters, and lists them from all', async () => {
    const store = redisStore(io)
    const names = Array.from({ length: 60 }, (_, i) => `spread.${i}`).sort()
    for (const name of names) await store.put(name, 'value', { expected: null })
    const sizes = await Promise.all(io.nodes('master').map((master) => master.dbsize()))
    expect(sizes.every((size) => size > 5)).toBe(true)
    expect(await store.keys()).toEqual(names)
    expect(await redisStore(node).keys({ after: 'spread.1', limit: 3 })).toEqual([
      'spread.10',
      'spread.11',
      'spread.12',
    ])
  })

  it('migrate() asks every master', async () => {
    await redisStore(node).migrate()
    await io.nodes('master')[2]!.config('SET', 'maxmemory-policy', 'allkeys-lfu')
    await expect(redisStore(node).migrate()).rejects.toMatchObject({ code: 'ERR_STORE' })
    await expect(redisStore(io).migrate()).rejects.toMatchObject({ code: 'ERR_STORE' })
  })
})

describe.runIf(able)('redisStore refuses', () => {
  it('a replica, whose reads may be old', async () => {
    const primary = await startRedis()
    const replica = await startRedis('--replicaof', '127.0.0.1', `${primary.port}`)
    const [one, two] = [primary, replica].map(({ port }) => new Redis(port, '127.0.0.1')) as [
      Redis,
      Redis,
    ]
    const version = await redisStore(one).put('key', 'value', { expected: null })
    while ((await two.hget('keystep:key', 'version')) !== version)
      await new Promise((resolve) => setTimeout(resolve, 20))
    await expect(redisStore(two).get('key')).rejects.toThrow(/READONLY/)
    await expect(redisStore(two).put('key', 'other', { expected: version })).rejects.toThrow(
      /READONLY/,
    )
    expect(await redisStore(one).get('key')).toEqual({ value: 'value', version })
    for (const client of [one, two]) client.disconnect()
    await Promise.all([primary.stop(), replica.stop()])
  })

  it('at migrate(): a server that evicts any key, since a lost user record is "no second factor"', async () => {
    const server = await startRedis('--maxmemory-policy', 'allkeys-lru')
    const client = new Redis(server.port, '127.0.0.1')
    await expect(redisStore(client).migrate()).rejects.toMatchObject({ code: 'ERR_STORE' })
    await client.config('SET', 'maxmemory-policy', 'volatile-lru')
    await redisStore(client).migrate()
    client.disconnect()
    await server.stop()
  })
})
