import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasProgram, startProcess } from './own-process.ts'
import { freePort } from './ports.ts'

/**
 * An etcd cluster of the test's own, on loopback, its data in a folder of its own, durable as it
 * comes.
 */
export interface OwnEtcd {
  /** The client URL of each member. */
  readonly urls: readonly string[]
  stop(): Promise<void>
}

/** Whether this machine can start one. */
export function canStartEtcd(): boolean {
  return hasProgram('etcd', 'etcd-server', 'etcd')
}

/** Starts a cluster; resolves when every member takes linearizable reads. */
export async function startEtcd(members = 1): Promise<OwnEtcd> {
  const folder = mkdtempSync(join(tmpdir(), 'keystep-etcd-'))
  const nodes = await Promise.all(
    Array.from({ length: members }, async (_, index) => {
      const [port, peerPort] = [await freePort(), await freePort()]
      const [url, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`]
      return { name: `m${index}`, port, url, peer }
    }),
  )
  const cluster = nodes.map(({ name, peer }) => `${name}=${peer}`).join(',')
  const started = await Promise.all(
    nodes.map(({ name, port, url, peer }) => {
      const place = [
        '--name',
        name,
        '--data-dir',
        join(folder, name),
        '--initial-cluster-token',
        folder,
      ]
      const clients = ['--listen-client-urls', url, '--advertise-client-urls', url]
      const peers = ['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer]
      const quiet = ['--logger', 'zap', '--log-level', 'error']
      return startProcess(
        ['etcd', ...place, ...clients, ...peers, '--initial-cluster', cluster, ...quiet],
        port,
      )
    }),
  )
  await Promise.all(nodes.map(({ url }) => untilReady(url)))
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((node) => node.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  return { urls: nodes.map(({ url }) => url), stop }
}

async function untilReady(url: string): Promise<void> {
  const request = { method: 'POST', body: JSON.stringify({ key: 'YQ==' }) }
  while (
    !(await fetch(`${url}/v3/kv/range`, request).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    await new Promise((resume) => setTimeout(resume, 50))
  }
}

/** The admin's side of etcd, which no store has. */
export async function askEtcd(
  url: string,
  path: string,
  body: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) })
  if (response.status !== 200) throw new Error(`${path}: ${response.status}`)
  return (await response.json()) as Record<string, unknown>
}
