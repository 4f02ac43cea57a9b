import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * The command line with keystep in it as one file for plain Node, which starts in a fraction of the
 * time. In node_modules, where its packages are found.
 */
export async function bundleCli(): Promise<{ program: string; remove: () => void }> {
  const cache = join(root, 'node_modules', '.cache', 'keystep')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'cli-'))
  await build({
    config: false,
    entry: [join(root, 'examples', 'cli', 'main.ts')],
    outDir: folder,
    outExtension: () => ({ js: '.mjs' }),
    format: 'esm',
    target: 'node20',
    external: [/^libsql/, /^@noble/, /^base32-/, /^qrcode-svg/],
    noExternal: [/^keystep/],
    clean: false,
    dts: false,
    silent: true,
  })
  return {
    program: join(folder, 'main.mjs'),
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
