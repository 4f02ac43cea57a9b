import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/**
 * Runtimes and drivers are large, and few need them: they live beside the project's dependencies,
 * not among them.
 */
const cache =
  process.env['KEYSTEP_RUNTIMES'] ??
  fileURLToPath(new URL('../../node_modules/.cache/keystep-runtimes', import.meta.url))

/**
 * Where a driver has to be compiled: for tests of a second, two minutes of optimizing are too long.
 * The last of the compiler's -O counts.
 */
const UNOPTIMIZED = { CFLAGS: '-O0', CXXFLAGS: '-O0' }

/** The folder that `package@version` is installed in, if it is there already. */
export function obtained(spec: string): string | null {
  const folder = join(cache, spec)
  return existsSync(folder) ? folder : null
}

/**
 * The folder that `package@version` is installed in, fetched from npm once. Rejects when it cannot
 * be had.
 */
export async function obtain(spec: string): Promise<string> {
  return obtained(spec) ?? install(spec, join(cache, spec))
}

async function install(spec: string, folder: string): Promise<string> {
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(join(cache, 'installing-'))
  try {
    writeFileSync(join(fresh, 'package.json'), '{ "private": true }\n')
    const options = [
      '--prefer-offline',
      '--fetch-retries=1',
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
    ]
    await promisify(execFile)('npm', ['install', ...options, spec], {
      cwd: fresh,
      env: { ...process.env, ...UNOPTIMIZED },
    })
    // Another process may have been faster; either result is the same.
    if (!existsSync(folder)) renameSync(fresh, folder)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return folder
}
