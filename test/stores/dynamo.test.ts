import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DynamoDocument, dynamoStore } from '../../src/stores/dynamo.ts'
import { storeContract, type StoreUnderTest } from '../../src/testing/index.ts'
import { type OwnDynamo, startDynamo } from './servers/dynamo-server.ts'

describe('dynamoStore on dynalite', () => {
  const table = 'keystep_test'
  let dynamo: OwnDynamo
  let client: ReturnType<OwnDynamo['open']>
  beforeAll(async () => {
    dynamo = await startDynamo()
    client = dynamo.open()
    await dynamo.createTable(table)
  })
  afterAll(() => dynamo.stop())

  describe('the contract', () => {
    const make = (): StoreUnderTest => ({
      store: dynamoStore(client, { table }),
      otherStore: dynamoStore(dynamo.open(), { table }),
      brokenStore: dynamoStore(client, { table: 'no_such_table' }),
    })
    for (const { name, run } of storeContract(make)) it(name, run)
  })

  it('every read is consistent and every write conditional: what is sent says so', async () => {
    const sent: Record<string, unknown>[] = []
    const spy =
      <T extends object>(send: (o: T) => Promise<unknown>) =>
      (o: T): Promise<never> => {
        sent.push(o as Record<string, unknown>)
        return send(o) as Promise<never>
      }
    const store = dynamoStore(
      {
        get: spy((o: never) => client.get(o)),
        put: spy((o: never) => client.put(o)),
        delete: spy((o: never) => client.delete(o)),
        query: spy((o: never) => client.query(o)),
      },
      { table },
    )
    const version = await store.put('sent', 'value', { expected: null })
    await store.put('sent', 'value', { expected: version })
    await store.get('sent')
    await store.keys()
    await store.delete('sent', { expected: version! })
    expect(sent.length).toBeGreaterThan(4)
    for (const request of sent)
      expect(request['ConsistentRead'] === true || 'ConditionExpression' in request).toBe(true)
  })

  it('V27: a write that the client sends twice, its first answer lost, is one write', async () => {
    let puts = 0
    const twice: DynamoDocument = {
      get: (o) => client.get(o),
      query: (o) => client.query(o),
      delete: (o) => client.delete(o),
      put: async (o) => {
        puts++
        await client.put(o)
        return client.put(o)
      },
    }
    const store = dynamoStore(twice, { table })
    const first = await store.put('twice', 'first', { expected: null })
    expect(await store.get('twice')).toEqual({ value: 'first', version: first })
    const second = await store.put('twice', 'second', { expected: first })
    expect(await store.get('twice')).toEqual({ value: 'second', version: second })
    expect(await store.put('twice', 'third', { expected: first })).toBeNull()
    expect(puts).toBe(3)
  })

  it('V27: an error that is no lost condition is thrown, also where the write took place', async () => {
    const losing: DynamoDocument = {
      get: (o) => client.get(o),
      query: (o) => client.query(o),
      delete: async (o) =>
        Promise.reject(new Error('socket hang up', { cause: await client.delete(o) })),
      put: async (o) => Promise.reject(new Error('socket hang up', { cause: await client.put(o) })),
    }
    const store = dynamoStore(losing, { table })
    await expect(store.put('lost', 'value', { expected: null })).rejects.toThrow('socket hang up')
    const { version } = (await store.get('lost'))!
    await expect(store.delete('lost', { expected: version })).rejects.toThrow('socket hang up')
    expect(await store.get('lost')).toBeNull()
  })

  it('expiry is housekeeping: seconds for the time to live, a day later, from now on when the caller lives in the past', async () => {
    const store = dynamoStore(client, { table })
    const itemOf = async (key: string): Promise<Record<string, unknown>> => {
      const { Items } = await client.scan({ TableName: table, ConsistentRead: true })
      return Items!.find(({ record_key }) => record_key === key)!
    }
    const daysLeft = async (key: string): Promise<number> =>
      ((await itemOf(key))['expires_at'] as number) / 86_400 - Date.now() / 86_400_000
    const inADay = new Date(Date.now() + 86_400_000)
    const version = await store.put('soon', 'value', { expected: null, expiresAt: inADay })
    await store.put('past', 'value', { expected: null, expiresAt: new Date('2020-01-01') })
    expect(await daysLeft('soon')).toBeCloseTo(2, 3)
    expect(await daysLeft('past')).toBeCloseTo(1, 3)
    await store.put('soon', 'value', { expected: version })
    expect(await itemOf('soon')).not.toHaveProperty('expires_at')
  })

  it('a foreign item throws, and is not taken for a record', async () => {
    const store = dynamoStore(client, { table })
    await store.put('foreign', 'value', { expected: null })
    const { Items } = await client.scan({ TableName: table })
    const item = Items!.find(({ record_key }) => record_key === 'foreign')!
    await client.put({ TableName: table, Item: { ...item, value: 5 } })
    await expect(store.get('foreign')).rejects.toMatchObject({ code: 'ERR_RECORD_SHAPE' })
    await client.delete({
      TableName: table,
      Key: { record_shard: item['record_shard'], record_key: 'foreign' },
    })
  })

  it('keys(): 2,000 keys in every size of page, in byte order, spread over 16 shards', async () => {
    await dynamo.createTable('many_records')
    const store = dynamoStore(client, { table: 'many_records' })
    const keys = Array.from({ length: 2000 }, (_, i) => `u1.portal.${i}`).sort()
    for (let i = 0; i < keys.length; i += 50) {
      await Promise.all(
        keys.slice(i, i + 50).map((key) => store.put(key, 'value', { expected: null })),
      )
    }
    for (const limit of [37, 1000, 10_000]) {
      const listed: string[] = []
      for (
        let page = await store.keys({ limit });
        page.length > 0;
        page = await store.keys({ after: listed.at(-1), limit })
      ) {
        expect(page.length).toBe(Math.min(limit, keys.length - listed.length))
        listed.push(...page)
      }
      expect(listed).toEqual(keys)
    }
    const { Items } = await client.scan({ TableName: 'many_records' })
    const sizes = countByShard(Items!)
    expect(sizes).toHaveLength(16)
    expect(Math.max(...sizes)).toBeLessThan(250)
  }, 120_000)
})

function countByShard(items: readonly Record<string, unknown>[]): number[] {
  const counts = new Map<unknown, number>()
  for (const { record_shard: shard } of items) counts.set(shard, (counts.get(shard) ?? 0) + 1)
  return [...counts.values()]
}

describe('dynamoStore refuses, with ERR_OPTION', () => {
  const refused: unknown = expect.objectContaining({ code: 'ERR_OPTION' })
  const client = new DynamoDBClient({ region: 'us-east-1' })

  it('a client without get, put, delete and query', () => {
    expect(() => dynamoStore(DynamoDBDocumentClient.from(client) as never)).toThrow(refused)
    expect(() => dynamoStore(client as never)).toThrow(refused)
  })

  it('a table name that DynamoDB does not know', () => {
    const untouched = (): never => {
      throw new Error('the handle was used')
    }
    const handle: DynamoDocument = {
      get: untouched,
      put: untouched,
      delete: untouched,
      query: untouched,
    }
    for (const table of [
      '',
      'ab',
      'a b',
      'a;b',
      'a'.repeat(256),
      'é'.repeat(3),
      null,
      5,
      ['abc'],
    ]) {
      expect(() => dynamoStore(handle, { table: table as never }), JSON.stringify(table)).toThrow(
        refused,
      )
    }
    for (const table of [undefined, 'abc', 'portal.two-factor_1']) dynamoStore(handle, { table })
  })
})
