import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyringKey } from 'keystep'
import { freePort, until } from './loopback.ts'
import type { Started } from './portal-walk.ts'

/** Starts a portal by its run line, as a process with a port, a database and keys of its own. */
export async function startProcess(
  cwd: string,
  command: string,
  ...args: string[]
): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'keystep-portal-'))
  const port = String(await freePort())
  const origin = `http://127.0.0.1:${port}`
  const env = {
    ...process.env,
    NODE_ENV: undefined,
    NEXT_TELEMETRY_DISABLED: '1',
    PORT: port,
    DATABASE: join(folder, 'portal.db'),
    KEYSTEP_KEYS: generateKeyringKey(),
  }
  // A group of its own: run lines start the server as a child.
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += String(chunk)
    })
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) process.kill(-child.pid!)
    await ended
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const answers = (): Promise<true | undefined> =>
    fetch(origin, { signal: AbortSignal.timeout(10_000) }).then(
      () => true as const,
      () => {
        if (child.exitCode !== null) throw new Error(`${command} ${args.join(' ')} ended: ${said}`)
        return undefined
      },
    )
  await until(`${origin} of ${command} ${args.join(' ')}`, answers, 150_000).catch(
    async (error: unknown) => {
      await stop()
      throw error
    },
  )
  return { origin, stop }
}
