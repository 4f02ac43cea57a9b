import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const folder = 'examples/adapters'
const modules = `${folder}/node_modules`
const cache = 'node_modules/.cache'
const run = promisify(execFile)

/** Whether the packages of examples/adapters are here, or may be fetched, as in CI. */
export function hasAdapters(): boolean {
  if (existsSync(modules) || process.env['CI']) return true
  console.warn(
    `skipped: Knex, Kysely, Drizzle, TypeORM, Prisma and MongoDB's types, which are not here yet; \`npm ci --prefix ${folder}\` fetches them`,
  )
  return false
}

/**
 * Fetches what is missing, all at once or not at all: other tests walk through the tree meanwhile.
 */
export async function installAdapters(): Promise<void> {
  if (!existsSync(modules)) {
    mkdirSync(cache, { recursive: true })
    const fresh = mkdtempSync(join(cache, 'installing-adapters-'))
    try {
      for (const name of ['package.json', 'package-lock.json'])
        cpSync(join(folder, name), join(fresh, name))
      await run('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], {
        cwd: fresh,
      })
      renameSync(join(fresh, 'node_modules'), modules)
    } finally {
      rmSync(fresh, { recursive: true, force: true })
    }
  }
  if (existsSync(`${modules}/.keystep-prisma/client.ts`)) return
  // The client is generated without Prisma's engine, which is not among its packages and would be
  // downloaded.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' }
  await run('npx', ['--no-install', 'prisma', 'generate'], { cwd: folder, env })
}
