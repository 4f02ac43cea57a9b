/**
 * Runs the conformance kit over the stores that need another runtime or a driver that is heavy to install, on the built dist:
 * `npm run build && npx tsx test/runtime/stores/run.ts [name...]`. Prints one line per store; fails when one fails, and names what could not be had.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasServer } from '../../stores/servers/urls.ts'

interface Target {
  name: string
  runtime: readonly string[]
  version: readonly string[]
  run: readonly string[]
  /** Packages that are installed in a folder outside of the project. */
  drivers?: readonly string[]
  server?: 'postgres'
  /** May be missing in CI too: another Node version, a driver that has to be compiled. */
  optional?: true
}

const here = fileURLToPath(new URL('.', import.meta.url))
const drivers = process.env.KEYSTEP_DRIVERS ?? join(tmpdir(), 'keystep-drivers')
const env = { ...process.env, KEYSTEP_DRIVERS: drivers, NO_COLOR: '1', FORCE_COLOR: '0' }

const node = { runtime: [process.execPath], version: ['--version'] }
const node22 = { runtime: ['npx', '--yes', '-p', 'node@22', 'node'], version: ['--version'] }
const bun = { runtime: ['npx', '--yes', 'bun@1.4.5'], version: ['--version'] }
const deno = { runtime: ['npx', '--yes', 'deno@2.9.6'], version: ['eval', 'console.log(Deno.version.deno)'] }
const workerd = {
  runtime: [process.execPath],
  version: ['-p', `require(${JSON.stringify(join(drivers, 'node_modules/workerd/package.json'))}).version`],
  drivers: ['miniflare@4.20260426.0'],
}

const targets: readonly Target[] = [
  { name: 'better-sqlite3', ...node, run: ['--test', 'better-sqlite3.test.mjs'], drivers: ['better-sqlite3@12.11.1'], optional: true },
  { name: 'node:sqlite', ...node22, run: ['--test', 'node-sqlite.test.mjs'], optional: true },
  { name: 'bun:sqlite', ...bun, run: ['test', './bun-sqlite.test.mjs'] },
  { name: 'node:sqlite on Deno', ...deno, run: ['test', '-A', '--no-check', 'node-sqlite.deno.test.mjs'] },
  { name: 'Deno KV', ...deno, run: ['test', '-A', '--no-check', '--unstable-kv', 'deno-kv.test.mjs'] },
  { name: 'D1', ...workerd, run: ['workerd.mjs', 'd1'] },
  { name: 'Durable Object, SQLite', ...workerd, run: ['workerd.mjs', 'durable-object:sql'] },
  { name: 'Durable Object, key-value', ...workerd, run: ['workerd.mjs', 'durable-object:kv'] },
  { name: 'Postgres from workerd', ...workerd, run: ['workerd.mjs', 'postgres'], server: 'postgres' },
]

const wanted = process.argv.slice(2)
for (const target of targets.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  if (target.server && !(await hasServer(target.server, `${target.name} skipped`))) continue
  const missing = unavailable(target)
  if (missing && process.env.CI && !target.optional) process.exitCode = 1
  const line = missing ? `skipped: ${missing}` : prove(target)
  console.log(`${target.name.padEnd(26)} ${line}`)
}

/** Why the target cannot run on this machine, if so. */
function unavailable({ runtime: [program, ...rest], version, drivers: packages = [] }: Target): string | undefined {
  try {
    mkdirSync(drivers, { recursive: true })
    if (!existsSync(join(drivers, 'package.json'))) writeFileSync(join(drivers, 'package.json'), '{ "private": true }')
    const absent = packages.filter((name) => !existsSync(join(drivers, 'node_modules', name.split('@')[0]!)))
    if (absent.length > 0) execFileSync('npm', ['install', '--no-audit', '--no-fund', '--save-exact', ...absent], { cwd: drivers, env, stdio: 'pipe' })
    execFileSync(program!, [...rest, ...version], { env, stdio: 'pipe' })
    return undefined
  } catch (error) {
    return `${packages.join(', ') || rest.join(' ')} cannot be had here (${String((error as Error).message.split('\n')[0])})`
  }
}

function prove({ runtime: [program, ...rest], version, run }: Target): string {
  const shown = spawnSync(program!, [...rest, ...version], { env, encoding: 'utf8' }).stdout.trim()
  const result = spawnSync(program!, [...rest, ...run], { cwd: here, env, encoding: 'utf8', timeout: 300_000 })
  const output = `${result.stdout}\n${result.stderr}`
  const passed = count(output, /^(?:# |ℹ )pass (\d+)/m, /^\s*(\d+) pass$/m, /(\d+) passed/)
  const skipped = count(output, /^(?:# |ℹ )skipped (\d+)/m, /^\s*(\d+) skip$/m, /(\d+) skipped/)
  if (result.status === 0 && passed > 0) return `${shown.padEnd(10)} ${passed} passed, 0 failed, ${skipped} skipped`
  process.exitCode = 1
  return `${shown.padEnd(10)} FAILED\n${output}`
}

function count(output: string, ...patterns: readonly RegExp[]): number {
  return Number(patterns.map((pattern) => pattern.exec(output)?.[1]).find((found) => found !== undefined) ?? 0)
}
