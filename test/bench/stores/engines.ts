import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { createClient } from 'redis'
import { etcdStore } from 'keystep/stores/etcd'
import { memoryStore } from 'keystep/stores/memory'
import { mysqlStore } from 'keystep/stores/mysql'
import { postgresStore } from 'keystep/stores/postgres'
import type { RecordStore, TableStore } from 'keystep/stores'
import { redisStore } from 'keystep/stores/redis'
import { sqliteStore } from 'keystep/stores/sqlite'
import { canStartEtcd, startEtcd } from '../../stores/servers/etcd-server.ts'
import { hasServer, randomTable, urls } from '../../stores/servers/urls.ts'
import {
  etcdFloor,
  type Floor,
  memoryFloor,
  mysqlFloor,
  postgresFloor,
  redisFloor,
  sqliteFloor,
} from './floors.ts'

/**
 * An engine with keystep's store, and a second table or prefix of the same making for the bare
 * floor.
 */
export interface Bench {
  readonly store: RecordStore
  readonly floorStore: RecordStore
  readonly floor: Floor
  close(): Promise<unknown>
}

export const CONNECTIONS = 32

/** The engines that are here, by name; a server that is missing says so in one line. */
export async function* benches(): AsyncGenerator<[name: string, Bench]> {
  yield ['memory', openMemory()]
  yield ['SQLite, synchronous NORMAL', await openSqlite('NORMAL')]
  yield ['SQLite, synchronous FULL', await openSqlite('FULL')]
  if (await hasServer('postgres')) yield ['Postgres', await openPostgres()]
  if (await hasServer('mariadb')) yield ['MariaDB', await openMariadb()]
  if (await hasServer('redis')) yield ['Redis', await openRedis()]
  if (!canStartEtcd()) return
  yield ['etcd, one member', await openEtcd(1)]
  yield ['etcd, three members', await openEtcd(3)]
}

function openMemory(): Bench {
  const records = new Map<string, { value: string; version: string }>()
  const floorStore = memoryStore()
  const filled: RecordStore = {
    ...floorStore,
    put: async (key, value) => (records.set(key, { value, version: '1' }), '1'),
  }
  return {
    store: memoryStore(),
    floorStore: filled,
    floor: memoryFloor(records),
    close: async () => undefined,
  }
}

async function migrated(...stores: readonly TableStore[]): Promise<void> {
  for (const store of stores) await store.migrate()
}

export async function openSqlite(
  synchronous: 'NORMAL' | 'FULL',
): Promise<Bench & { db: Database.Database }> {
  const folder = mkdtempSync(join(tmpdir(), 'keystep-bench-'))
  const db = new Database(join(folder, 'portal.db'))
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`)
  const [store, floorStore] = [sqliteStore(db), sqliteStore(db, { table: 'bare' })]
  await migrated(store, floorStore)
  const close = async (): Promise<void> => {
    db.close()
    rmSync(folder, { recursive: true })
  }
  return { store, floorStore, floor: sqliteFloor(db, 'bare'), close, db }
}

export async function openPostgres(): Promise<Bench & { pool: pg.Pool; table: string }> {
  const pool = new pg.Pool({ connectionString: urls.postgres, max: CONNECTIONS })
  const [table, bare] = [randomTable(), randomTable()]
  const [store, floorStore] = [postgresStore(pool, { table }), postgresStore(pool, { table: bare })]
  await migrated(store, floorStore)
  const close = async (): Promise<void> => {
    await pool.query(`DROP TABLE ${table}, ${bare}`)
    await pool.end()
  }
  return { store, floorStore, floor: postgresFloor(pool, bare), close, pool, table }
}

async function openMariadb(): Promise<Bench> {
  const pool = mysql.createPool({ uri: urls.mariadb, connectionLimit: CONNECTIONS })
  const [table, bare] = [randomTable(), randomTable()]
  const [store, floorStore] = [mysqlStore(pool, { table }), mysqlStore(pool, { table: bare })]
  await migrated(store, floorStore)
  const close = async (): Promise<void> => {
    await pool.query(`DROP TABLE ${table}, ${bare}`)
    await pool.end()
  }
  return { store, floorStore, floor: mysqlFloor(pool, bare), close }
}

async function openRedis(): Promise<Bench> {
  const client = createClient({ url: urls.redis })
  await client.connect()
  const [prefix, bare] = [`${randomTable()}:`, `${randomTable()}:`]
  const [store, floorStore] = [redisStore(client, { prefix }), redisStore(client, { prefix: bare })]
  const close = async (): Promise<void> => {
    for (const each of [prefix, bare])
      for await (const keys of client.scanIterator({ MATCH: `${each}*`, COUNT: 1000 }))
        if (keys.length > 0) await client.del(keys)
    await client.close()
  }
  return { store, floorStore, floor: redisFloor(client, bare), close }
}

async function openEtcd(members: number): Promise<Bench> {
  const { urls: all, stop } = await startEtcd(members)
  const url = all[0]!
  const [store, floorStore] = [
    etcdStore({ url, prefix: 'store/' }),
    etcdStore({ url, prefix: 'floor/' }),
  ]
  await migrated(store, floorStore)
  return { store, floorStore, floor: etcdFloor(url, 'floor/'), close: stop }
}
