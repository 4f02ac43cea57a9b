import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mysqlStore } from '../../src/stores/mysql.ts'
import { postgresStore } from '../../src/stores/postgres.ts'
import type { TableStore } from '../../src/stores/record-store.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { hasServer, randomTable, urls } from '../stores/servers/urls.ts'

export type Engine = 'sqlite' | 'postgres' | 'mariadb' | 'redis'

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
  readonly store: TableStore
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
  return engine === 'sqlite' || hasServer(engine, 'its races and faults are skipped')
}

/** A fresh place, its table created. */
export async function makePlace(
  engine: Engine,
  url?: string,
): Promise<{ place: Place; remove(): Promise<void> }> {
  const folder = engine === 'sqlite' ? mkdtempSync(join(tmpdir(), 'keystep-races-')) : null
  const place: Place = {
    engine,
    url: url ?? (engine === 'sqlite' ? join(folder!, 'portal.db') : urls[engine]),
    name: randomTable(),
  }
  const opened = await open(place)
  await opened.store.migrate()
  await opened.close()
  const remove = async (): Promise<void> => {
    const last = await open(place)
    await last.drop()
    await last.close()
    if (folder) rmSync(folder, { recursive: true })
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
  }
}

async function openSqlite({ url, name }: Place): Promise<Connection> {
  const { default: Database } = await import('libsql')
  const db = new Database(url)
  db.exec('PRAGMA journal_mode = WAL')
  return {
    store: sqliteStore(db, { table: name }),
    drop: async () => db.exec(`DROP TABLE ${name}`),
    close: async () => db.close(),
  }
}

async function openPostgres({ url, name }: Place): Promise<Connection> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, application_name: name })
  pool.on('error', ignoreIdle)
  return {
    store: postgresStore(pool, { table: name }),
    drop: () => pool.query(`DROP TABLE ${name}`),
    close: () => pool.end(),
  }
}

async function openMariadb({ url, name }: Place): Promise<Connection> {
  const { default: mysql } = await import('mysql2/promise')
  const pool = mysql.createPool({ uri: url, connectionLimit: CONNECTIONS })
  return {
    store: mysqlStore(pool, { table: name }),
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
  return { store, drop, close: () => client.close() }
}
