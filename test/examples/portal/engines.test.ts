import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyringKey } from 'keystep'
import pg from 'pg'
import { createClient } from 'redis'
import { describe, expect, it } from 'vitest'
import { canStartRedis, startRedis } from '../../stores/servers/redis-server.ts'
import { hasServer, urls } from '../../stores/servers/urls.ts'
import { freePort } from '../loopback.ts'
import { describeWith } from '../programs.ts'
import { alternate, type Served } from './alternating-proxy.ts'
import { startChromium } from './chromium.ts'
import { complaintsOf } from './console.ts'
import { walkMainPath } from './main-path.ts'
import { startProcess } from './portal-process.ts'
import { Visitor } from './visitor.ts'

const hasPostgres = await hasServer('postgres')

describeWith(
  ['chromium', 'zbarimg', 'oathtool'],
  'two processes of the portal behind one address, requests alternating',
  () => {
    describe.runIf(hasPostgres)('on Postgres', () => {
      it('go the main path together', async () => {
        const name = `keystep_portal_${randomBytes(6).toString('hex')}`
        const admin = new pg.Client({ connectionString: urls.postgres })
        await admin.connect()
        await admin.query(`CREATE DATABASE ${name}`)
        const url = new URL(urls.postgres)
        url.pathname = `/${name}`
        try {
          expectBoth(await walkTogether({ DATABASE_URL: url.href }))
          const database = new pg.Client({ connectionString: url.href })
          await database.connect()
          const { rows } = await database.query<{ records: string; users: string }>(
            // Users' records alone: the check of the keyring at the start has one of its own.
            "SELECT (SELECT count(*) FROM keystep_records WHERE record_key LIKE 'u1.%') AS records," +
              ' (SELECT count(*) FROM users) AS users',
          )
          await database.end()
          expect(rows).toEqual([{ records: '1', users: '4' }])
        } finally {
          await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
          await admin.end()
        }
      })
    })

    describe.runIf(canStartRedis())('on Redis, their own tables in one file of SQLite', () => {
      it('go the main path together', async () => {
        const redis = await startRedis()
        const folder = mkdtempSync(join(tmpdir(), 'keystep-portal-'))
        const url = `redis://127.0.0.1:${redis.port}`
        try {
          expectBoth(
            await walkTogether({ REDIS_URL: url, PORTAL_DATABASE: join(folder, 'portal.sqlite') }),
          )
          const client = await createClient({ url }).connect()
          expect(await client.dbSize()).toBeGreaterThan(0)
          await client.close()
        } finally {
          await redis.stop()
          rmSync(folder, { recursive: true })
        }
      })
    })
  },
)

function expectBoth(served: Served): void {
  for (const form of ['POST /login', 'POST /login/code'])
    expect(
      served.map((requests) => requests.includes(form)),
      form,
    ).toEqual([true, true])
}

/**
 * Starts two portals on one database and a proxy before them, goes the main path through it, and
 * tells who served what.
 */
async function walkTogether(engine: Record<string, string>): Promise<Served> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const shared = {
    ...engine,
    KEYSTEP_KEYS: generateKeyringKey(),
    PORTAL_ORIGIN: origin,
    PANEL_PORT: '0',
  }
  const ports = [await freePort(), await freePort()]
  const processes = await Promise.all(
    ports.map((own) => startProcess({ ...shared, PORT: `${own}` })),
  )
  const { served, close } = await alternate(
    port,
    ports.map((own) => `http://127.0.0.1:${own}`),
  )
  const chromium = await startChromium()
  try {
    const context = await chromium.newContext()
    const complaints = complaintsOf(context)
    await walkMainPath(new Visitor(await context.newPage(), origin), {
      email: 'ada@engines.example',
    })
    expect(complaints).toEqual([])
    return served
  } finally {
    await chromium.close()
    await close()
    await Promise.all(processes.map(({ stop }) => stop()))
  }
}
