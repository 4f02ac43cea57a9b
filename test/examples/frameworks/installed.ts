import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe } from 'vitest'

const folder = 'examples/frameworks'
const modules = `${folder}/node_modules`
const cache = 'node_modules/.cache'

/**
 * A block of tests of wirings that need their framework: without it skipped with a printed reason,
 * under CI it is installed.
 */
export function describeInstalled(tests: () => void): void {
  const skip = !existsSync(modules) && !process.env['CI']
  if (skip)
    console.warn(
      `skipped: the wirings of Fastify, Koa and Next.js, which are not here yet; \`npm ci --prefix ${folder}\` fetches them`,
    )
  describe.skipIf(skip)(`with the packages of ${folder}`, () => {
    beforeAll(install, 600_000)
    tests()
  })
}

/** All at once or not at all: other tests walk through the tree meanwhile. */
async function install(): Promise<void> {
  if (existsSync(modules)) return
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(join(cache, 'installing-frameworks-'))
  try {
    for (const name of ['package.json', 'package-lock.json'])
      cpSync(join(folder, name), join(fresh, name))
    await promisify(execFile)('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], {
      cwd: fresh,
    })
    renameSync(join(fresh, 'node_modules'), modules)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}
