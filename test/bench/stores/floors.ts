import type Database from 'libsql'
import type { Pool as MysqlPool } from 'mysql2/promise'
import type { Pool as PostgresPool } from 'pg'

/**
 * The least that any second factor with a database does: reads the user's row, and writes it back
 * if nobody else did.
 */
export type Floor = (key: string) => Promise<boolean>

type Row = { value: string; version: string }

const next = (): string => crypto.randomUUID()

export function memoryFloor(records: Map<string, Row>): Floor {
  return async (key) => {
    const read = await Promise.resolve(records.get(key)!)
    if (records.get(key)?.version !== read.version) return false
    records.set(key, { value: read.value, version: next() })
    return true
  }
}

export function sqliteFloor(db: Database.Database, table: string): Floor {
  const read = db.prepare(`SELECT value, version FROM ${table} WHERE record_key = ?`)
  const write = db.prepare(
    `UPDATE ${table} SET value = ?, version = ? WHERE record_key = ? AND version = ?`,
  )
  return async (key) => {
    const { value, version } = read.get(key) as Row
    return write.run(value, next(), key, version).changes === 1
  }
}

export function postgresFloor(pool: PostgresPool, table: string): Floor {
  return async (key) => {
    const read = await pool.query<Row>(
      `SELECT value, version FROM ${table} WHERE record_key = $1`,
      [key],
    )
    const { value, version } = read.rows[0]!
    const update = `UPDATE ${table} SET value = $1, version = $2 WHERE record_key = $3 AND version = $4`
    return (await pool.query(update, [value, next(), key, version])).rowCount === 1
  }
}

export function mysqlFloor(pool: MysqlPool, table: string): Floor {
  return async (key) => {
    const [rows] = await pool.execute(`SELECT value, version FROM ${table} WHERE record_key = ?`, [
      key,
    ])
    const { value, version } = (rows as Row[])[0]!
    const update = `UPDATE ${table} SET value = ?, version = ? WHERE record_key = ? AND version = ?`
    const [written] = await pool.execute(update, [value, next(), key, version])
    return (written as { affectedRows: number }).affectedRows === 1
  }
}

const SWAP = `if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'value', ARGV[2], 'version', ARGV[3]) return 1`

interface Redis {
  hmGet(key: string, fields: string[]): Promise<(string | null)[]>
  eval(script: string, o: { keys: string[]; arguments: string[] }): Promise<unknown>
}

export function redisFloor(client: Redis, prefix: string): Floor {
  return async (key) => {
    const at = prefix + key
    const [value, version] = (await client.hmGet(at, ['value', 'version'])) as [string, string]
    return (await client.eval(SWAP, { keys: [at], arguments: [version, value, next()] })) === 1
  }
}

/** fetch, as the store has it; base64 and JSON are the gateway's. */
export function etcdFloor(url: string, prefix: string): Floor {
  const ask = async (path: string, body: object): Promise<EtcdAnswer> => {
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    return (await (await fetch(`${url}/v3/kv/${path}`, request)).json()) as EtcdAnswer
  }
  return async (name) => {
    const key = btoa(prefix + name)
    const [found] = (await ask('range', { key })).kvs!
    const compare = [{ key, target: 'MOD', result: 'EQUAL', mod_revision: found!.mod_revision }]
    const success = [{ request_put: { key, value: found!.value } }]
    return (await ask('txn', { compare, success })).succeeded === true
  }
}

interface EtcdAnswer {
  kvs?: { value: string; mod_revision: string }[]
  succeeded?: boolean
}
