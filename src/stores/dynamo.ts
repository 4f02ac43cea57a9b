import { KeystepError } from '../errors.ts'
import {
  expiryMillis,
  newVersion,
  pageOf,
  type PutOptions,
  type RecordStore,
} from './record-store.ts'

interface RecordKey {
  record_shard: string
  record_key: string
}
interface Condition {
  ConditionExpression: string
  ExpressionAttributeNames: Record<string, string>
  ExpressionAttributeValues: Record<string, string>
}
interface ShardQuery {
  TableName: string
  ConsistentRead: true
  KeyConditionExpression: string
  ExpressionAttributeValues: Record<string, string>
  ProjectionExpression: string
  Limit: number
}
type Item = Record<string, unknown>

/** The part of a `DynamoDBDocument` of `@aws-sdk/lib-dynamodb` that keystep uses. */
export interface DynamoDocument {
  get(o: {
    TableName: string
    Key: RecordKey
    ConsistentRead: true
  }): Promise<{ Item?: Item | undefined }>
  put(o: { TableName: string; Item: Item } & Condition): Promise<unknown>
  delete(o: { TableName: string; Key: RecordKey } & Condition): Promise<unknown>
  query(o: ShardQuery): Promise<{ Items?: Item[] | undefined; LastEvaluatedKey?: Item | undefined }>
}

/** Options of {@link dynamoStore}. */
export interface DynamoStoreOptions {
  /**
   * 3 to 255 letters, digits and `_ - .`; default `keystep_records`. Anything else throws
   * `ERR_OPTION`.
   */
  table?: string | undefined
}

/** DynamoDB orders within one partition key only, and bounds what one takes: 16 are merged. */
const SHARDS = 16
const GRACE_SECONDS = 86_400

/**
 * A store in a table of DynamoDB, over the portal's own `DynamoDBDocument`; each write is one
 * conditional write, each read is consistent. The table has the partition key `record_shard` and
 * the sort key `record_key`, both texts. A record with an `expiresAt` has the attribute
 * `expires_at`, in seconds since 1970 and a day later: where DynamoDB's time to live is set to it,
 * the record is dropped after that. A write that the client sends again, because an answer was
 * lost, is recognized as the same write.
 *
 * @throws `ERR_OPTION` for a table name with other characters, and for a client without `get`,
 *   `put`, `delete` and `query`, such as a `DynamoDBDocumentClient`.
 */
export function dynamoStore(client: DynamoDocument, o: DynamoStoreOptions = {}): RecordStore {
  const { table: TableName = 'keystep_records' } = o
  const valid = typeof (TableName as unknown) === 'string' && /^[\w.-]{3,255}$/.test(TableName)
  if (!valid)
    throw new KeystepError('ERR_OPTION', 'table must be 3 to 255 letters, digits and _ - .')
  const handle = client as unknown as Partial<Record<string, unknown>>
  if (!['get', 'put', 'delete', 'query'].every((method) => typeof handle[method] === 'function')) {
    throw new KeystepError(
      'ERR_OPTION',
      'dynamoStore takes a DynamoDBDocument: DynamoDBDocument.from(client)',
    )
  }

  /** The keys of one shard after a text, and whether there are more behind them. */
  const slice = async (shard: string, after: string, limit: number): Promise<Slice> => {
    const { Items = [], LastEvaluatedKey } = await client.query({
      TableName,
      ConsistentRead: true,
      // No key is empty, and DynamoDB compares with no empty text: a space is before or at every
      // key.
      KeyConditionExpression: `record_shard = :shard AND record_key ${after === '' ? '>=' : '>'} :after`,
      ExpressionAttributeValues: { ':shard': shard, ':after': after === '' ? ' ' : after },
      ProjectionExpression: 'record_key',
      Limit: limit,
    })
    return {
      keys: Items.map(({ record_key }) => record_key as string),
      more: LastEvaluatedKey !== undefined,
    }
  }

  return {
    async get(key) {
      const { Item } = await client.get({ TableName, Key: keyOf(key), ConsistentRead: true })
      if (Item === undefined) return null
      const { value, version } = Item
      if (typeof value === 'string' && typeof version === 'string') return { value, version }
      throw new KeystepError('ERR_RECORD_SHAPE', 'an item in the table of dynamoStore is no record')
    },
    async put(key, value, o) {
      const version = newVersion()
      const Item = { ...keyOf(key), value, version, ...expiryOf(o) }
      const condition = conditionOf(o.expected, version)
      return (await isDone(() => client.put({ TableName, Item, ...condition }))) ? version : null
    },
    async delete(key, { expected }) {
      const request = { TableName, Key: keyOf(key), ...conditionOf(expected) }
      return (await isDone(() => client.delete(request))) ? 'deleted' : 'changed'
    },
    async keys(o) {
      const { after, limit } = pageOf(o)
      const page: string[] = []
      for (let from = after; page.length < limit; from = page.at(-1)!) {
        const each = Math.ceil((limit - page.length) / SHARDS) + 10
        const slices = await Promise.all(NAMES.map((shard) => slice(shard, from, each)))
        const { keys, more } = merge(slices)
        page.push(...keys.slice(0, limit - page.length))
        if (!more || keys.length === 0) break
      }
      return page
    },
  }
}

interface Slice {
  keys: readonly string[]
  more: boolean
}

/** What surely has no other key in between: nothing behind the last key of a slice that goes on. */
function merge(slices: readonly Slice[]): Slice {
  const ends = slices.flatMap(({ keys, more }) => (more && keys.length > 0 ? [keys.at(-1)!] : []))
  const end = ends.sort()[0]
  const keys = slices.flatMap((slice) => slice.keys).sort()
  return {
    keys: end === undefined ? keys : keys.filter((key) => key <= end),
    more: end !== undefined,
  }
}

const NAMES: readonly string[] = Array.from({ length: SHARDS }, (_, index) => index.toString(16))

/** FNV-1a, folded to four bits. It must never change: a key's shard is where its record is. */
function keyOf(key: string): RecordKey {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return { record_shard: NAMES[(hash ^ (hash >>> 16)) & (SHARDS - 1)]!, record_key: key }
}

/**
 * A record that is at `own` already is this very put, sent again by the client after a lost answer.
 */
function conditionOf(expected: string | null, own?: string): Condition {
  const wanted = expected === null ? 'attribute_not_exists(#version)' : '#version = :expected'
  return {
    ConditionExpression: own === undefined ? wanted : `${wanted} OR #version = :own`,
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: {
      ...(expected === null ? {} : { ':expected': expected }),
      ...(own === undefined ? {} : { ':own': own }),
    },
  }
}

function expiryOf(o: PutOptions): { expires_at?: number } {
  const expiry = expiryMillis(o)
  if (expiry === null) return {}
  return { expires_at: Math.ceil(Math.max(expiry, Date.now()) / 1000) + GRACE_SECONDS }
}

/** False when the condition was not met; every other error is thrown. */
async function isDone(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write()
    return true
  } catch (error) {
    if ((error as { name?: unknown } | null)?.name === 'ConditionalCheckFailedException')
      return false
    throw error
  }
}
