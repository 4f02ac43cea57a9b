import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { until } from '../loopback.ts'

const project = mkdtempSync(join(tmpdir(), 'keystep-start-'))
afterAll(() => {
  rmSync(project, { recursive: true, force: true })
})

it(
  'npm start builds the library, starts the portal on it, and prints its address and the demo accounts',
  { timeout: 240_000 },
  async () => {
    for (const name of [
      'src',
      'examples',
      'docs',
      'package.json',
      'tsconfig.json',
      'tsup.config.ts',
    ]) {
      cpSync(name, join(project, name), {
        recursive: true,
        filter: (path) => !path.endsWith('node_modules'),
      })
    }
    symlinkSync(resolve('node_modules'), join(project, 'node_modules'))
    const child = spawn('npm', ['start', '--silent'], {
      cwd: project,
      env: { ...process.env, PORT: '0' },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = new Promise((resolve) => child.on('exit', resolve))
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => {
        said += String(text)
      })
    try {
      const origin = await until(
        'the address of the portal',
        () => {
          if (child.exitCode !== null) throw new Error(said)
          return /Portal +(http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1]
        },
        200_000,
      )
      for (const email of ['ada@example.com', 'ben@example.com', 'sam@example.com'])
        expect(said).toContain(email)
      for (const path of ['/login', '/help'])
        expect((await fetch(origin + path)).status, path).toBe(200)
    } finally {
      process.kill(-child.pid!, 'SIGTERM')
      await ended
    }
  },
)
