import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { obtain } from './obtain.ts'

export const versions = {
  deno: 'deno@2.9.6',
  bun: 'bun@1.4.5',
  miniflare: 'miniflare@4.20260426.0',
  edgeRuntime: 'edge-runtime@4.0.1',
  betterSqlite3: 'better-sqlite3@12.11.1',
} as const

/** A runtime that is on this machine: how to start it, and what it says it is. */
export interface Runtime {
  readonly version: string
  readonly command: readonly string[]
  /** Where its package, or a driver's, is installed; told to the program as KEYSTEP_PACKAGE. */
  readonly folder?: string
}

/** Something to be proven on a runtime. */
export interface Target {
  readonly runtime: string
  readonly what: string
  /** May not be skipped where CI is set. */
  readonly required: boolean
  /** Finds or fetches the runtime; rejects when it cannot be had. */
  readonly get: () => Promise<Runtime>
  readonly args: readonly string[]
  readonly cwd?: string
  readonly server?: 'postgres'
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const say = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
const binary = (folder: string, name: string): string => join(folder, 'node_modules/.bin', name)

function versionOf(folder: string, name: string): string {
  return (
    JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as {
      version: string
    }
  ).version
}

const ownMajor = Number(process.versions.node.split('.')[0])

/** This very Node where it is of that major version, else the newest one from npm. */
async function node(major: number): Promise<Runtime> {
  const program =
    major === ownMajor ? process.execPath : binary(await obtain(`node@${major}`), 'node')
  return { version: say(program, '--version').slice(1), command: [program] }
}

async function fromNpm(name: string, spec: string, firstArgs: readonly string[]): Promise<Runtime> {
  const program = binary(await obtain(spec), name)
  return {
    version: say(program, '--version').split(' (')[0]!.replace(`${name} `, ''),
    command: [program, ...firstArgs],
  }
}

const deno = (...args: string[]): Promise<Runtime> => fromNpm('deno', versions.deno, args)
const bun = (): Promise<Runtime> => fromNpm('bun', versions.bun, ['test'])

/**
 * A program of Node's that is told where the package is; the version is that of the package that is
 * under test.
 */
async function withPackage(spec: string, name?: string): Promise<Runtime> {
  const folder = await obtain(spec)
  return {
    version: name === undefined ? process.versions.node : versionOf(folder, name),
    command: [process.execPath],
    folder,
  }
}

const workerd = (): Promise<Runtime> => withPackage(versions.miniflare, 'workerd')

async function chromium(): Promise<Runtime> {
  const program = process.env['CHROMIUM'] ?? 'chromium'
  return {
    version: /[\d.]+/.exec(say(program, '--version'))?.[0] ?? '',
    command: [process.execPath, 'runners/chromium.mjs', program],
  }
}

const suite = { what: 'suite', required: false }

/** The one suite, on every runtime. */
const suites: readonly Target[] = [
  ...[20, 22, 24, 26].map((major) => ({
    ...suite,
    runtime: `Node ${major}`,
    required: major === 20,
    get: () => node(major),
    args: ['--test', 'runners/node.mjs'],
  })),
  {
    ...suite,
    runtime: 'Deno',
    required: true,
    get: () => deno('test', '-A', '--no-check'),
    args: ['runners/deno.mjs'],
  },
  { ...suite, runtime: 'Bun', required: true, get: bun, args: ['./runners/bun.mjs'] },
  { ...suite, runtime: 'workerd', required: true, get: workerd, args: ['runners/workerd.mjs'] },
  {
    ...suite,
    runtime: 'workerd',
    what: 'suite, nodejs_compat',
    required: true,
    get: workerd,
    args: ['runners/workerd.mjs', 'nodejs_compat'],
  },
  {
    ...suite,
    runtime: 'edge-runtime',
    get: () => withPackage(versions.edgeRuntime, 'edge-runtime'),
    args: ['runners/edge-runtime.mjs'],
  },
  { ...suite, runtime: 'Chromium', get: chromium, args: [] },
]

/** The stores that need another runtime than Node 20, or a driver that has to be compiled. */
const stores: readonly Target[] = [
  {
    runtime: `Node ${ownMajor}`,
    what: 'better-sqlite3 12',
    required: false,
    get: () => withPackage(versions.betterSqlite3),
    args: ['--test', 'stores/better-sqlite3.test.mjs'],
  },
  ...[22, 24, 26].map((major) => ({
    runtime: `Node ${major}`,
    what: 'node:sqlite',
    required: false,
    get: () => node(major),
    args: ['--test', 'stores/node-sqlite.test.mjs'],
  })),
  {
    runtime: 'Bun',
    what: 'bun:sqlite',
    required: true,
    get: bun,
    args: ['./stores/bun-sqlite.test.mjs'],
  },
  {
    runtime: 'Deno',
    what: 'node:sqlite',
    required: true,
    get: () => deno('test', '-A', '--no-check'),
    args: ['stores/node-sqlite.deno.test.mjs'],
  },
  {
    runtime: 'Deno',
    what: 'Deno KV',
    required: true,
    get: () => deno('test', '-A', '--no-check', '--unstable-kv'),
    args: ['stores/deno-kv.test.mjs'],
  },
  {
    runtime: 'workerd',
    what: 'D1',
    required: true,
    get: workerd,
    args: ['stores/workerd.mjs', 'd1'],
  },
  {
    runtime: 'workerd',
    what: 'Durable Object, SQLite',
    required: true,
    get: workerd,
    args: ['stores/workerd.mjs', 'durable-object:sql'],
  },
  {
    runtime: 'workerd',
    what: 'Durable Object, key-value',
    required: true,
    get: workerd,
    args: ['stores/workerd.mjs', 'durable-object:kv'],
  },
  {
    runtime: 'workerd',
    what: 'Postgres',
    required: true,
    get: workerd,
    args: ['stores/workerd.mjs', 'postgres'],
    server: 'postgres',
  },
]

const packages: readonly Target[] = [
  {
    runtime: 'Deno',
    what: 'deno publish --dry-run',
    required: true,
    get: () => deno('publish'),
    args: ['--dry-run', '--allow-dirty'],
    cwd: root,
  },
]

export const targets: readonly Target[] = [...suites, ...stores, ...packages]
