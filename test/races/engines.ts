import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dynamoStore } from '../../src/stores/dynamo.ts'
import { etcdStore } from '../../src/stores/etcd.ts'
import { mysqlStore } from '../../src/stores/mysql.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import type { RecordStore } from '../../src/stores/record-store.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { canStartEtcd, startEtcd } from '../stores/servers/etcd-server.ts'
import { hasServer, randomTable, urls } from '../stores/servers/urls.ts'

export const engines = ['sqlite', 'postgres', 'mariadb', 'redis', 'etcd', 'dynamo'] as const
export type Engine = (typeof engines)[number]

/**
 * Where records are: plain data, so that it travels to another process, which opens a connection of
 * its own.
 */
export interface Place {
  readonly engine: Engine
  /** A server's URL, or the path of a SQLite file. */
  readonly url: string
  /** A table, or a key prefix, of this place alone. */
  readonly name: string
}

export interface Connection {
  readonly store: RecordStore
  /** Makes the table, where there is one to make. */
  migrate(): Promise<void>
  /** Drops the table or the keys. */
  drop(): Promise<unknown>
  close(): Promise<unknown>
}

/** Few enough that nine processes fit into a server's default limit of connections. */
const CONNECTIONS = 4
/**
 * A portal has to listen too, or a pool whose idle connection breaks ends the process. The next
 * query tells of the outage.
 */
const ignoreIdle = (): void => undefined

/** Whether an engine is here; a server that is missing says so in one line. */
export async function isHere(engine: Engine): Promise<boolean> {
  if (engine === 'sqlite' || engine === 'dynamo') return true
  return engine === 'etcd' ? canStartEtcd() : hasServer(engine, 'its races and faults are skipped')
}

/**
 * A URL where the engine is, and what ends it: a folder for SQLite, and servers of its own for etcd
 * and DynamoDB's model.
 */
async function startEngine(engine: Engine): Promise<{ url: string; stop(): void | Promise<void> }> {
  switch (engine) {
    case 'sqlite': {
      const folder = mkdtempSync(join(tmpdir(), 'keystep-races-'))
      return { url: join(folder, 'portal.db'), stop: () => rmSync(folder, { recursive: true }) }
    }
    case 'etcd': {
      const { urls, stop } = await startEtcd()
      return { url: urls[0]!, stop }
    }
    case 'dynamo': {
      const { startDynamo } = await import('../stores/servers/dynamo-server.ts')
      return startDynamo()
    }
    case 'postgres':
    case 'mariadb':
    case 'redis':
      return { url: urls[engine], stop: () => undefined }
  }
}

/** A fresh place, its table created. */
export async function makePlace(
  engine: Engine,
  url?: string,
): Promise<{ place: Place; remove(): Promise<void> }> {
  const server = url === undefined ? await startEngine(engine) : { url, stop: () => undefined }
  const place: Place = { engine, url: server.url, name: randomTable() }
  const opened = await open(place)
  await opened.migrate()
  await opened.close()
  const remove = async (): Promise<void> => {
    const last = await open(place)
    await last.drop()
    await last.close()
    await server.stop()
  }
  return { place, remove }
}

/** Opens a connection of this process's own. Only the driver that is asked for is loaded. */
export function open(place: Place): Promise<Connection> {
  switch (place.engine) {
    case 'sqlite':
      return openSqlite(place)
    case 'postgres':
      return openPostgres(place)
    case 'mariadb':
      return openMariadb(place)
    case 'redis':
      return openRedis(place)
    case 'etcd':
      return openEtcd(place)
    case 'dynamo':
      return openDynamo(place)
  }
}

async function openSqlite({ url, name }: Place): Promise<Connection> {
  const { default: Database } = await import('libsql')
  const db = new Database(url)
  db.exec('PRAGMA journal_mode = WAL')
  const store = sqliteStore(db, { table: name })
  return {
    store,
    migrate: store.migrate,
    drop: async () => db.exec(`DROP TABLE ${name}`),
    close: async () => db.close(),
  }
}

async function openPostgres({ url, name }: Place): Promise<Connection> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, application_name: name })
  pool.on('error', ignoreIdle)
  const store = postgresStore(pool, { table: name })
  return {
    store,
    migrate: store.migrate,
    drop: () => pool.query(`DROP TABLE ${name}`),
    close: () => pool.end(),
  }
}

async function openMariadb({ url, name }: Place): Promise<Connection> {
  const { default: mysql } = await import('mysql2/promise')
  const pool = mysql.createPool({ uri: url, connectionLimit: CONNECTIONS })
  const store = mysqlStore(pool, { table: name })
  return {
    store,
    migrate: store.migrate,
    drop: () => pool.query(`DROP TABLE ${name}`),
    close: () => pool.end(),
  }
}

async function openRedis({ url, name }: Place): Promise<Connection> {
  const { createClient } = await import('redis')
  const client = createClient({ url })
  client.on('error', ignoreIdle)
  await client.connect()
  const store = redisStore(client, { prefix: `${name}:` })
  const drop = async (): Promise<void> => {
    for (let keys = await store.keys(); keys.length > 0; keys = await store.keys())
      await client.del(keys.map((key) => `${name}:${key}`))
  }
  return { store, migrate: store.migrate, drop, close: () => client.close() }
}

async function openEtcd({ url, name }: Place): Promise<Connection> {
  const store = etcdStore({ url, prefix: `${name}/` })
  const nothing = async (): Promise<void> => undefined
  return { store, migrate: store.migrate, drop: nothing, close: nothing }
}

async function openDynamo({ url, name }: Place): Promise<Connection> {
  const { createTable, openDynamo: open } = await import('../stores/servers/dynamo-server.ts')
  const client = open(url)
  const migrate = (): Promise<void> => createTable(client, name)
  return {
    store: dynamoStore(client, { table: name }),
    migrate,
    drop: async () => undefined,
    close: async () => client.destroy(),
  }
}
