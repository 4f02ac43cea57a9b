import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyring, createTwoFactor, generateKeyringKey } from 'keystep'
import { memoryStore } from 'keystep/stores/memory'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPortal } from '../../examples/cli/portal/portal.ts'
import { bundleCli } from './cli-program.ts'

const RECORDS = 6000
const [oldKey, newKey] = ['old', 'new'].map(
  (id) => `${id}:${generateKeyringKey().split(':')[1]!}`,
) as [string, string]
const folder = mkdtempSync(join(tmpdir(), 'keystep-maintenance-'))
const { program, remove } = await bundleCli()
afterAll(() => {
  rmSync(folder, { recursive: true })
  remove()
})

beforeAll(async () => {
  process.env['KEYSTEP_KEYS'] = oldKey
  await openPortal(folder)
  const store = memoryStore()
  const twoFactor = createTwoFactor({
    issuer: 'keystep demo',
    store,
    keyring: createKeyring(oldKey),
  })
  for (let n = 0; n < RECORDS; n++)
    await twoFactor.totp.import({ userId: `user-${n}`, key: new Uint8Array(20).fill(n % 256) })
  const db = new Database(join(folder, 'portal.sqlite'))
  const insert = db.prepare(
    'INSERT INTO keystep_records (record_key, value, version) VALUES (?, ?, ?)',
  )
  db.exec('BEGIN')
  for (const key of await store.keys({ limit: RECORDS }))
    insert.run(key, (await store.get(key))!.value, 'v')
  db.exec('COMMIT')
  db.close()
  delete process.env['KEYSTEP_KEYS']
})

const env = { ...process.env, KEYSTEP_DEMO_DATA: folder, KEYSTEP_KEYS: `${newKey},${oldKey}` }
const finish = (command: string): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [program, command, '--json'], { env, encoding: 'utf8' })

/** Runs a command until its bar has begun to move, and takes the power away. */
async function interrupt(command: string): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [program, command], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.on('exit', (_, signal) => {
      resolve(signal)
    }),
  )
  child.stderr!.on('data', (text: Buffer) => {
    if (String(text).includes('[#')) child.kill('SIGKILL')
  })
  expect(await ended).toBe('SIGKILL')
}

describe('reseal and summarize', () => {
  it('summarize, killed half way, counts on where it was, with a bar on stderr', async () => {
    await interrupt('summarize')
    const { status, stdout, stderr } = finish('summarize')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      records: RECORDS,
      enrolled: RECORDS,
      byKey: { old: RECORDS },
    })
    const [first] = stderr.split('\n')
    expect(Number(/ (\d+) of 6000 records$/.exec(first!)![1])).toBeGreaterThan(0)
    expect(stderr).toContain('100%  6000 of 6000 records')
  })

  it('reseal, killed half way, goes on where it was, and leaves nothing under the old key', async () => {
    await interrupt('reseal')
    const { status, stdout, stderr } = finish('reseal')
    expect(status).toBe(0)
    const { records, resealed, unreadable } = JSON.parse(stdout) as {
      records: number
      resealed: number
      unreadable: number
    }
    expect([records, unreadable]).toEqual([RECORDS, 0])
    expect(resealed).toBeLessThan(RECORDS)
    expect(stderr).toContain('100%  6000 of 6000 records')
    expect(JSON.parse(finish('summarize').stdout)).toMatchObject({
      records: RECORDS,
      byKey: { new: RECORDS },
    })
  })
})
