/**
 * Runs the suite on every runtime, and the store contract where a store needs one of them, on the
 * packed tarball: `npm run test:runtimes [name...]`. One line for each. What cannot be had is named
 * as skipped, which fails where CI is set and the target is required.
 */
import { rmSync } from 'node:fs'
import { hasServer } from '../stores/servers/urls.ts'
import { prove } from './prove.ts'
import { stage } from './stage.ts'
import { type Runtime, type Target, targets } from './targets.ts'

const wanted = process.argv.slice(2).map((name) => name.toLowerCase())
const chosen = targets.filter(
  ({ runtime, what }) =>
    wanted.length === 0 || wanted.some((name) => `${runtime} ${what}`.toLowerCase().includes(name)),
)
const counts = new Set<number>()
const tally = { passed: 0, failed: 0, skipped: 0 }

const staged = await stage()
try {
  for (const target of chosen) {
    const [outcome, version, words] = await run(target)
    tally[outcome]++
    console.log(
      `${target.runtime.padEnd(14)}${version.padEnd(16)}${target.what.padEnd(28)}${words}`,
    )
  }
} finally {
  rmSync(staged, { recursive: true, force: true })
}
console.log(
  `\n${chosen.length} checks on runtimes: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`,
)
if (counts.size > 1) console.log('the runtimes did not run the same number of cases')
if (tally.failed > 0 || tally.passed === 0 || counts.size > 1) process.exitCode = 1

async function run(
  target: Target,
): Promise<[outcome: keyof typeof tally, version: string, words: string]> {
  if (
    target.server &&
    !(await hasServer(target.server, `${target.what} on ${target.runtime} skipped`))
  )
    return ['skipped', '', 'skipped: no server']
  const runtime = await find(target)
  if (typeof runtime === 'string') {
    const refused = target.required && Boolean(process.env['CI'])
    return refused
      ? ['failed', '', `FAILED: may not be skipped here, but ${runtime}`]
      : ['skipped', '', `skipped: ${runtime}`]
  }
  const { ok, passed, words } = prove(target, runtime, staged)
  if (passed !== null && target.what.startsWith('suite')) counts.add(passed)
  return [ok ? 'passed' : 'failed', runtime.version, words]
}

/** The runtime, or why it cannot be had. */
async function find({ get }: Target): Promise<Runtime | string> {
  try {
    return await get()
  } catch (error) {
    return `it cannot be had (${String((error as Error).message.split('\n')[0])})`
  }
}
