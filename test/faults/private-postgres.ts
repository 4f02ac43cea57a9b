import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

/**
 * A Postgres server of this test's own: a killed backend takes every connection of its server with
 * it, so it must not be a shared one.
 */
export interface PrivatePostgres {
  readonly url: string
  stop(): Promise<void>
}

const DEBIAN = '/usr/lib/postgresql'

/**
 * Where the server's programs are. With CI set they must be there; else one line says what is left
 * out, and how to have it.
 */
export function findPostgres(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort().reverse() : []
  const folders = [
    process.env['KEYSTEP_TEST_POSTGRES_BIN'] ?? '',
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
  ]
  const found = folders.find((folder) => folder !== '' && existsSync(join(folder, 'initdb')))
  if (found !== undefined) return found
  if (process.env['CI']) throw new Error('no Postgres server here whose backends could be killed')
  console.log(
    'postgres: no initdb here, its kills are skipped; to run them, install a server and set KEYSTEP_TEST_POSTGRES_BIN to its bin folder',
  )
  return null
}

/**
 * Makes a cluster in a new folder and starts it on loopback, durable as it comes unless the
 * settings say otherwise.
 */
export async function startPostgres(
  bin: string,
  extra: readonly string[] = [],
): Promise<PrivatePostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'keystep-postgres-'))
  const owner = ownerOf(folder)
  const data = join(folder, 'data')
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    { ...owner, cwd: folder, stdio: 'ignore' },
  )
  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'shared_buffers=16MB',
    'restart_after_crash=on',
    ...extra,
  ]
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    {
      ...owner,
      cwd: folder,
      stdio: 'ignore',
    },
  )
  process.once('exit', () => server.kill('SIGKILL'))
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await answering(url)
  return { url, stop: () => stop(server, folder) }
}

/** The server refuses to run as root: then it runs as the user that its package made. */
function ownerOf(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
  )
  chownSync(folder, uid!, gid!)
  return { uid: uid!, gid: gid! }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function answering(url: string): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.end()
      return
    } catch {
      await new Promise((resume) => setTimeout(resume, 50))
    }
  }
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  const gone = once(server, 'exit')
  server.kill('SIGINT')
  await gone
  rmSync(folder, { recursive: true, force: true })
}
