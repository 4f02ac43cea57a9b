import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

const root = fileURLToPath(new URL('../..', import.meta.url))
let built: Promise<string> | undefined

/**
 * The racer with keystep in it as one file for plain Node: eight processes start in a second, and run what src was when the first one was
 * started, whatever is edited meanwhile. Inside of node_modules, where the drivers are found.
 */
export function racerProgram(): Promise<string> {
  built ??= bundle()
  return built
}

async function bundle(): Promise<string> {
  const cache = join(root, 'node_modules', '.cache', 'keystep')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'racer-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
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
