// The stores of docs/stores.md over the handles of ORMs and query builders: examples/adapters, in
// the packages' own folder.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresStore } from '../../src/stores/postgres.ts'
import type { TableStore } from '../../src/stores/record-store.ts'
import { storeContract, type StoreUnderTest } from '../../src/testing/index.ts'
import { hasAdapters, installAdapters } from './servers/adapters-folder.ts'
import { hasServer, randomTable, urls } from './servers/urls.ts'

const here = hasAdapters() && (await hasServer('postgres'))
const folder = new URL('../../examples/adapters/', import.meta.url)
const NAMES = ['knex', 'kysely', 'drizzle', 'typeorm', 'prisma'] as const

/** A handle as a portal has it, over a pool of its own. */
interface Handle {
  store(o: { table: string }): TableStore
  /**
   * A transaction of the portal's that ends in a rollback; `inside` gets the transaction's own
   * handle.
   */
  rollback(work: (inside: unknown) => Promise<void>): Promise<void>
  /** The store over any handle. */
  over(handle: unknown): TableStore
  close(): Promise<unknown>
}

/** Whatever a package exports. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Package = Record<string, any>

const rolledBack = new Error('rolled back')
async function thrownAway(transaction: Promise<unknown>): Promise<void> {
  await transaction.catch((error: unknown) => expect(error).toBe(rolledBack))
}
async function ending(work: Promise<void>): Promise<never> {
  await work
  throw rolledBack
}
/**
 * Types of packages that are not installed with the project cannot be named here;
 * `tsc -p examples/adapters` checks the stores.
 */
async function load(path: string): Promise<Package> {
  return (await import(/* @vite-ignore */ new URL(path, folder).href)) as Package
}
async function packageOf(name: string): Promise<Package> {
  const { createRequire } = await import('node:module')
  return createRequire(new URL('package.json', folder))(name) as Package
}

const open: Record<(typeof NAMES)[number], (options?: string) => Promise<Handle>> = {
  async knex(options) {
    const { knexStore } = await load('knex.ts')
    const knex = (await packageOf('knex'))['default']({
      client: 'pg',
      connection: { connectionString: urls.postgres, options },
      pool: { min: 0, max: 8 },
    })
    return {
      store: (o) => knexStore(knex, o),
      over: (handle) => knexStore(handle),
      rollback: (work) => thrownAway(knex.transaction((trx: unknown) => ending(work(trx)))),
      close: () => knex.destroy(),
    }
  },
  async kysely(options) {
    const { kyselyStore } = await load('kysely.ts')
    const { Kysely, PostgresDialect } = await packageOf('kysely')
    const db = new Kysely({
      dialect: new PostgresDialect({
        pool: new pg.Pool({ connectionString: urls.postgres, max: 8, options }),
      }),
    })
    return {
      store: (o) => kyselyStore(db, o),
      over: (handle) => kyselyStore(handle),
      rollback: (work) => thrownAway(db.transaction().execute((trx: unknown) => ending(work(trx)))),
      close: () => db.destroy(),
    }
  },
  async drizzle(options) {
    const { drizzleStore } = await load('drizzle.ts')
    const { drizzle } = await packageOf('drizzle-orm/node-postgres')
    const pool = new pg.Pool({ connectionString: urls.postgres, max: 8, options })
    const db = drizzle({ client: pool })
    return {
      store: (o) => drizzleStore(db, o),
      over: (handle) => drizzleStore(handle),
      rollback: (work) => thrownAway(db.transaction((tx: unknown) => ending(work(tx)))),
      close: () => pool.end(),
    }
  },
  async typeorm(options) {
    const { typeormStore } = await load('typeorm.ts')
    const { DataSource } = await packageOf('typeorm')
    const source = await new DataSource({
      type: 'postgres',
      url: urls.postgres,
      extra: { max: 8, options },
    }).initialize()
    return {
      store: (o) => typeormStore(source, o),
      over: (handle) => typeormStore(handle),
      rollback: (work) =>
        thrownAway(source.transaction((manager: unknown) => ending(work(manager)))),
      close: () => source.destroy(),
    }
  },
  async prisma(options) {
    const { prismaStore } = await load('prisma.ts')
    const { PrismaClient } = await load('node_modules/.keystep-prisma/client.ts')
    const { PrismaPg } = await packageOf('@prisma/adapter-pg')
    const prisma = new PrismaClient({
      adapter: new PrismaPg({ connectionString: urls.postgres, max: 8, options }),
    })
    return {
      store: (o) => prismaStore(prisma, o),
      over: (handle) => prismaStore(handle),
      rollback: (work) =>
        thrownAway(prisma.$transaction((tx: unknown) => ending(work(tx)), { timeout: 60_000 })),
      close: () => prisma.$disconnect(),
    }
  },
}

describe.runIf(here)('docs/stores.md: the handles people have, on Postgres', () => {
  const pool = here
    ? new pg.Pool({ connectionString: urls.postgres, max: 8 })
    : (undefined as never)
  beforeAll(installAdapters, 600_000)
  afterAll(() => pool.end())

  it('the stores compile, strictly, against their packages', () => {
    execFileSync('npx', ['tsc', '-p', 'examples/adapters'], { stdio: 'pipe' })
  }, 240_000)

  describe.each(NAMES)('%s', (name) => {
    const table = randomTable()
    let handle: Handle
    beforeAll(async () => {
      handle = await open[name]()
      await handle.store({ table }).migrate()
    })
    afterAll(async () => {
      await pool.query(`DROP TABLE ${table}`)
      await handle.close()
    })

    it('is at most 30 lines', () => {
      expect(
        readFileSync(new URL(`${name}.ts`, folder), 'utf8')
          .trimEnd()
          .split('\n').length,
      ).toBeLessThanOrEqual(30)
    })

    const make = (): StoreUnderTest => ({
      store: handle.store({ table }),
      otherStore: postgresStore(pool, { table }),
      brokenStore: handle.store({ table: 'no_such_table' }),
      rollback: (work) => handle.rollback(work),
    })
    for (const { name, run } of storeContract(make)) it(name, run)

    it('V3: the handle of a transaction is refused', async () => {
      await handle.rollback(async (inside) => {
        await expect(
          (async () => handle.over(inside).put('inside', 'value', { expected: null }))(),
        ).rejects.toThrow()
      })
    })

    describe('in a database that is serializable by default', () => {
      let strict: Handle
      beforeAll(
        async () =>
          void (strict = await open[name]('-c default_transaction_isolation=serializable')),
      )
      afterAll(() => strict.close())
      const make = (): StoreUnderTest => ({
        store: strict.store({ table }),
        otherStore: postgresStore(pool, { table }),
      })
      for (const { name, run } of storeContract(make).filter(({ name }) => name.startsWith('race')))
        it(name, run)
    })
  })
})
