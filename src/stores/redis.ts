import { KeystepError } from '../errors.ts'
import { expiryMillis, newVersion, pageOf, type TableStore } from './record-store.ts'

interface NodeRedis {
  eval(script: string, o: { keys: string[]; arguments: string[] }): Promise<unknown>
  sendCommand(...args: never[]): Promise<unknown>
}
interface IoRedis {
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  call(command: string, ...args: string[]): Promise<unknown>
}

/**
 * The part of a Redis handle that keystep uses: node-redis and ioredis both have it, single or
 * cluster.
 */
export type RedisClient = NodeRedis | IoRedis

/** Options of {@link redisStore}. */
export interface RedisStoreOptions {
  /**
   * In front of every key, 1 to 64 letters, digits and `_ - . : { }`; default `keystep:`. Anything
   * else throws `ERR_OPTION`.
   */
  prefix?: string | undefined
}

const GRACE_MILLIS = 86_400_000
/**
 * A replica refuses every script that calls a write command, so this one, which deletes nothing,
 * keeps stale reads out.
 */
const PRIMARY_ONLY = `redis.call('HDEL', KEYS[1], '')`
const GET = `${PRIMARY_ONLY} return redis.call('HMGET', KEYS[1], 'value', 'version')`
/**
 * A record that is at the new version already is this very put, sent again by the client after a
 * broken connection.
 */
const PUT = `
local at = redis.call('HGET', KEYS[1], 'version')
if at == ARGV[3] then return 1 end
if (at and '=' .. at or 'none') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'value', ARGV[2], 'version', ARGV[3])
if ARGV[4] == '' then redis.call('PERSIST', KEYS[1]) return 1 end
redis.call('PEXPIREAT', KEYS[1], math.max(ARGV[4], redis.call('TIME')[1] * 1000) + ${GRACE_MILLIS})
return 1`
const DELETE = `if redis.call('HGET', KEYS[1], 'version') == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`

/**
 * A store in Redis 6.2 or later, or Valkey, over the portal's own handle; one script and one key a
 * write, so a cluster will do. A record with an `expiresAt` is dropped a day later at the earliest.
 * What an acknowledged write survives depends on the server's `appendonly` and replication
 * settings; `migrate()` creates nothing, and throws `ERR_STORE` unless the server's eviction policy
 * is known to spare the records of users. Each page of `keys()` scans all.
 *
 * @throws `ERR_OPTION` for a prefix with other characters.
 */
export function redisStore(client: RedisClient, o: RedisStoreOptions = {}): TableStore {
  const { prefix = 'keystep:' } = o
  const valid = typeof (prefix as unknown) === 'string' && /^[\w.:{}-]{1,64}$/.test(prefix)
  if (!valid) throw new KeystepError('ERR_OPTION', 'prefix must be letters, digits and _ - . : { }')
  const run = (script: string, key: string, ...args: string[]): Promise<unknown> =>
    'call' in client
      ? client.eval(script, 1, prefix + key, ...args)
      : client.eval(script, { keys: [prefix + key], arguments: args })

  return {
    async migrate() {
      for (const node of await primariesOf(client)) {
        const policy =
          /maxmemory_policy:(\S+)/.exec(String(await command(node, 'INFO', 'memory')))?.[1] ??
          'unknown'
        if (/^(noeviction|volatile-.+)$/.test(policy)) continue
        throw new KeystepError(
          'ERR_STORE',
          `under the eviction policy of this Redis, ${policy}, records of users may be dropped`,
        )
      }
    },
    async get(key) {
      const [value, version] = (await run(GET, key)) as (string | null)[]
      return value != null && version != null ? { value, version } : null
    },
    async put(key, value, o) {
      const version = newVersion()
      const expected = o.expected === null ? 'none' : `=${o.expected}`
      const written = await run(PUT, key, expected, value, version, String(expiryMillis(o) ?? ''))
      return Number(written) === 1 ? version : null
    },
    async delete(key, { expected }) {
      return Number(await run(DELETE, key, expected)) === 1 ? 'deleted' : 'changed'
    },
    async keys(o) {
      const { after, limit } = pageOf(o)
      // The client may put a prefix of its own in front of keys, but not in front of patterns; the
      // server says what arrives.
      const start = String(await run('return KEYS[1]', ''))
      let page: string[] = []
      const add = (batch: string[]): void => {
        const later = batch.map((key) => key.slice(start.length)).filter((key) => key > after)
        page = [...new Set([...page, ...later])].sort().slice(0, limit)
      }
      for (const node of await primariesOf(client)) await scan(node, start, add)
      return page
    },
  }
}

async function scan(node: object, prefix: string, add: (batch: string[]) => void): Promise<void> {
  const pattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`
  let cursor = '0'
  do {
    const [next, keys] = (await command(
      node,
      'SCAN',
      cursor,
      'MATCH',
      pattern,
      'COUNT',
      '1000',
    )) as [string, string[]]
    add(keys)
    cursor = next
  } while (cursor !== '0')
}

interface Nodes {
  call?(...args: string[]): Promise<unknown>
  sendCommand?(args: string[]): Promise<unknown>
  nodes?(role: 'master'): object[]
  masters?: readonly object[]
  nodeClient?(node: object): Promise<object>
}

function command(node: Nodes, ...args: string[]): Promise<unknown> {
  return node.call ? node.call(...args) : node.sendCommand!(args)
}

/** The servers that hold records: the masters of a cluster, or the one server. */
async function primariesOf(client: Nodes): Promise<readonly object[]> {
  if (client.nodes) return client.nodes('master')
  if (client.masters && client.nodeClient)
    return Promise.all(client.masters.map((node) => client.nodeClient!(node)))
  return [client]
}
