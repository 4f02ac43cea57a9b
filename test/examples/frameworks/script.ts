import { join } from 'node:path'
import { obtain } from '../../runtime/obtain.ts'
import type { Started } from '../portal-walk.ts'
import { startProcess } from '../process.ts'

/**
 * Starts a wiring by its script in examples/frameworks/package.json, with a runtime from npm in the
 * PATH where it needs one.
 */
export async function startScript(script: string, runtime?: string): Promise<Started> {
  const path = runtime === undefined ? '' : `${join(await obtain(runtime), 'node_modules/.bin')}:`
  return startProcess(
    'examples/frameworks',
    'env',
    `PATH=${path}${process.env['PATH'] ?? ''}`,
    'npm',
    'run',
    '--silent',
    script,
  )
}
