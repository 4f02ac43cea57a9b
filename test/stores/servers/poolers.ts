import { execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasProgram, type OwnProcess, startProcess } from './own-process.ts'
import { freePort } from './ports.ts'

/** A pooler or proxy of the test's own in front of a database server. */
export interface Pooler {
  /** The server's URL, by way of the pooler. */
  readonly url: string
  stop(): Promise<void>
}

export function hasPoolers(): boolean {
  const [bouncer, proxy] = [
    hasProgram('pgbouncer', 'pgbouncer', 'pgbouncer'),
    hasProgram('haproxy', 'haproxy', 'haproxy'),
  ]
  return bouncer && proxy
}

/** pgbouncer in front of a Postgres server; more settings go into its ini as they are. */
export async function startPgbouncer(
  server: string,
  mode: 'transaction' | 'statement',
  ...settings: string[]
): Promise<Pooler> {
  const { hostname, port, username, password, pathname } = new URL(server)
  const own = await freePort()
  const login = `user=${username}${password === '' ? '' : ` password=${decodeURIComponent(password)}`}`
  const databases = `[databases]\n* = host=${hostname} port=${port || '5432'} dbname=${pathname.slice(1)} ${login}`
  const listening = `listen_addr = 127.0.0.1\nlisten_port = ${own}\nunix_socket_dir =\nauth_type = any`
  const sharing = `pool_mode = ${mode}\ndefault_pool_size = 3\nmax_client_conn = 200`
  const lines = [
    databases,
    '[pgbouncer]',
    listening,
    sharing,
    'ignore_startup_parameters = extra_float_digits,options',
    ...settings,
  ]
  const process = await started('pgbouncer.ini', lines, own, (file) => ['pgbouncer', '-q', file])
  return { url: `postgres://anybody@127.0.0.1:${own}/pooled`, stop: process.stop }
}

/** haproxy in front of a server, by TCP, with a health check. */
export async function startHaproxy(server: string, port: number): Promise<Pooler> {
  const url = new URL(server)
  const own = await freePort()
  const times = 'defaults\n mode tcp\n timeout connect 2s\n timeout client 1m\n timeout server 1m'
  const listen = `listen database\n bind 127.0.0.1:${own}\n server primary ${url.hostname}:${url.port || port} check`
  const process = await started('haproxy.cfg', [times, listen], own, (file) => [
    'haproxy',
    '-db',
    '-q',
    '-f',
    file,
  ])
  url.host = `127.0.0.1:${own}`
  return { url: url.href, stop: process.stop }
}

async function started(
  name: string,
  lines: readonly string[],
  port: number,
  command: (file: string) => string[],
): Promise<OwnProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'keystep-pooler-'))
  const file = join(folder, name)
  writeFileSync(file, `${lines.join('\n')}\n`)
  const process = await startProcess(command(file), port, ownerOf(folder))
  const stop = async (): Promise<void> => {
    await process.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...process, stop }
}

/** pgbouncer refuses to run as root. */
function ownerOf(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' })),
  )
  chownSync(folder, uid!, gid!)
  return { uid: uid!, gid: gid! }
}
