import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyringKey } from 'keystep'
import { expect, it } from 'vitest'
import { obtain } from '../runtime/obtain.ts'
import { versions } from '../runtime/targets.ts'
import { freePort } from './loopback.ts'
import { describeOn, type Started, walkPortal } from './portal-walk.ts'

const cwd = 'examples/deno'
const deno = async (): Promise<string> => join(await obtain(versions.deno), 'node_modules/.bin/deno')

async function start(): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'keystep-deno-'))
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const env = { ...process.env, NO_COLOR: '1', PORT: String(port), DATABASE: join(folder, 'kv.db'), KEYSTEP_KEYS: generateKeyringKey() }
  const child = spawn(await deno(), ['task', 'start'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  let said = ''
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said += String(chunk)
      if (said.includes(origin)) resolve()
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.on('exit', () => { reject(new Error(`the portal ended: ${said}`)) })
  })
  const stop = async (): Promise<void> => {
    // The task runs the portal as a child of its own.
    process.kill(-child.pid!)
    await ended
    rmSync(folder, { recursive: true })
  }
  return { origin, stop }
}

it('issue 3, part 2: one file of at most 100 lines', () => {
  expect(readFileSync(`${cwd}/main.ts`, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(100)
})

describeOn(versions.deno, () => {
  it('checks the types of the example and of all sources that it reaches, with its own types', async () => {
    const { status, stderr } = spawnSync(await deno(), ['check', 'main.ts'], { cwd, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
    expect({ status, errors: status === 0 ? '' : stderr }).toEqual({ status: 0, errors: '' })
  })

  walkPortal('the portal on Deno.serve', start)
})
