import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(root, 'node_modules', '.cache', 'keystep')
const kept = [
  'src',
  'test',
  'examples',
  'docs',
  'package.json',
  'tsconfig.json',
  'tsup.config.ts',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
]
const built = [
  'src',
  'package.json',
  'tsconfig.json',
  'tsup.config.ts',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
]

/**
 * The path of the tarball that npm would publish, built from the sources as they are now. It is
 * made in a copy of the project, so that nothing left over in `dist` can hide a fault, and once for
 * the same sources, since several test files need it.
 */
export function packTarball(): string {
  const folder = join(cache, `pack-${fingerprint()}`)
  if (!existsSync(folder)) build(folder)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack left no tarball')
  return join(folder, tarball)
}

/**
 * An empty folder with the tarball installed as a user would install it, outside of the project.
 */
export function installTarball(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keystep-consumer-'))
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }\n')
  npm(folder, [
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    packTarball(),
  ])
  return folder
}

function build(folder: string): void {
  // Not below node_modules, where the bundler of the declarations takes every file for a foreign
  // one.
  const stage = mkdtempSync(join(tmpdir(), 'keystep-stage-'))
  try {
    for (const name of kept) {
      if (existsSync(join(root, name)))
        cpSync(join(root, name), join(stage, name), {
          recursive: true,
          filter: (path) => !path.endsWith('node_modules'),
        })
    }
    symlinkSync(join(root, 'node_modules'), join(stage, 'node_modules'), 'dir')
    npm(stage, ['run', 'build'])
    mkdirSync(cache, { recursive: true })
    const packed = mkdtempSync(join(cache, 'packing-'))
    npm(stage, ['pack', '--ignore-scripts', '--pack-destination', packed])
    // Another worker may have been faster with the same sources; either result is the same.
    if (existsSync(folder)) rmSync(packed, { recursive: true })
    else renameSync(packed, folder)
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

function fingerprint(): string {
  const hash = createHash('sha256')
  for (const name of built) {
    const path = join(root, name)
    if (!existsSync(path)) continue
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()
      : ['']
    for (const file of files
      .map((each) => join(path, each))
      .filter((each) => statSync(each).isFile())) {
      hash.update(`${file}\n`).update(readFileSync(file)).update('\n')
    }
  }
  return hash.digest('hex').slice(0, 16)
}

function npm(cwd: string, args: readonly string[]): void {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' })
}
