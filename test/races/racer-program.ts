import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

const root = fileURLToPath(new URL('../..', import.meta.url))
let built: Promise<string> | undefined

/**
 * The racer with keystep in it as one file for plain Node: eight processes start in a second, and
 * run what src was when the first one was started, whatever is edited meanwhile. Inside of
 * node_modules, where the drivers are found.
 */
export function racerProgram(): Promise<string> {
  built ??= bundle()
  return built
}

async function bundle(): Promise<string> {
  const cache = join(root, 'node_modules', '.cache', 'keystep')
  mkdirSync(cache, { recursive: true })
  sweep(cache)
  const folder = mkdtempSync(join(cache, 'racer-'))
  await build({
    config: false,
    entry: [join(root, 'test', 'races', 'racer.ts')],
    outDir: folder,
    outExtension: () => ({ js: '.mjs' }),
    format: 'esm',
    target: 'node20',
    skipNodeModulesBundle: true,
    clean: false,
    dts: false,
    silent: true,
  })
  return join(folder, 'racer.mjs')
}

/**
 * A test worker is not told that it ends, so each run clears away what those of half a day ago
 * left.
 */
function sweep(cache: string): void {
  const left = readdirSync(cache)
    .filter((name) => name.startsWith('racer-'))
    .map((name) => join(cache, name))
  for (const folder of left) {
    const age = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > 43_200_000) rmSync(folder, { recursive: true, force: true })
  }
}
