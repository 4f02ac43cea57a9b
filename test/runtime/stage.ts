import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type BuildOptions } from 'esbuild'
import { installTarball } from '../package/pack.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/**
 * What runs where no package can be resolved, as one file each: `runners/page.mjs` becomes
 * `runners/page.bundle.js`.
 */
const bundles: readonly (BuildOptions & { entry: string })[] = [
  { entry: 'runners/worker', format: 'esm', conditions: ['workerd', 'worker'] },
  { entry: 'runners/edge-worker', format: 'iife', conditions: ['edge-light', 'worker'] },
  { entry: 'runners/page', format: 'esm' },
  { entry: 'stores/worker', format: 'esm', conditions: ['workerd', 'worker'] },
]

/**
 * A folder outside of the project with the packed tarball installed as a user installs it, and
 * every program of this folder beside it: `keystep/...` is then resolved by the runtime itself,
 * through the doors of the package.
 */
export async function stage(): Promise<string> {
  const folder = installTarball()
  await compile(folder, ['runners/seal.mjs'])
  const sealed = execFileSync(process.execPath, ['runners/seal.mjs'], {
    cwd: folder,
    encoding: 'utf8',
  })
  await compile(folder, ['runners/*.mjs', 'stores/*.mjs'], { SEALED_ELSEWHERE: sealed.trim() })
  for (const { entry, ...options } of bundles) await bundle(folder, entry, options)
  return folder
}

/** The tsconfig is left out in both, since its paths lead to `src`. */
async function compile(
  folder: string,
  programs: readonly string[],
  define: Record<string, string> = {},
): Promise<void> {
  await build({
    entryPoints: programs.map((program) => join(here, program)),
    outbase: here,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    tsconfigRaw: '{}',
    define,
  })
}

async function bundle(folder: string, entry: string, options: BuildOptions): Promise<void> {
  await build({
    ...options,
    entryPoints: [join(folder, `${entry}.mjs`)],
    outfile: join(folder, `${entry}.bundle.js`),
    bundle: true,
    external: ['node:*', 'cloudflare:*'],
    nodePaths: [join(here, '../../node_modules')],
    target: 'es2022',
    tsconfigRaw: '{}',
  })
}
