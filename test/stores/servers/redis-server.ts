import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/** A Redis server of the test's own, on loopback, in memory. */
export interface OwnRedis {
  port: number
  stop(): Promise<void>
}

/** Whether this machine can start one. With CI set it must. */
export function canStartRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'pipe' })
    return true
  } catch {
    if (process.env.CI) return true
    console.log(
      'redis cluster, replica, eviction: no redis-server in the path, skipped; to run them, install it (Debian: redis-server)',
    )
    return false
  }
}

export async function startRedis(...settings: readonly string[]): Promise<OwnRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'keystep-redis-'))
  const port = await freePort()
  const args = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    folder,
    ...settings,
  ]
  const server = spawn('redis-server', args, { stdio: 'ignore' })
  await untilAnswering(port)
  return { port, stop: () => stop(server, folder) }
}

async function untilAnswering(port: number): Promise<void> {
  const client = new Redis(port, '127.0.0.1', {
    retryStrategy: () => 50,
    maxRetriesPerRequest: 100,
  })
  client.on('error', () => undefined)
  await client.ping()
  client.disconnect()
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGKILL')
  await ended
  rmSync(folder, { recursive: true, force: true })
}

/** Below 55,536, since a cluster node also listens 10,000 ports above its own. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer().once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
    })
    if (free) return port
  }
}

/** A cluster of three masters without replicas, as `redis-cli --cluster create` makes it. */
export async function startCluster(): Promise<{ ports: number[]; stop(): Promise<void> }> {
  const nodes = await Promise.all(
    [0, 1, 2].map(() => startRedis('--cluster-enabled', 'yes', '--cluster-node-timeout', '2000')),
  )
  const ports = nodes.map(({ port }) => port)
  const hosts = ports.map((port) => `127.0.0.1:${port}`)
  execFileSync('redis-cli', ['--cluster', 'create', ...hosts, '--cluster-yes'], { stdio: 'pipe' })
  for (const port of ports) await untilClusterOk(port)
  const stopAll = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()))
  }
  return { ports, stop: stopAll }
}

async function untilClusterOk(port: number): Promise<void> {
  const client = new Redis(port, '127.0.0.1')
  while (!String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok'))
    await new Promise((resolve) => setTimeout(resolve, 50))
  client.disconnect()
}
