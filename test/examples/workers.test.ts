import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { build } from 'esbuild'
import { generateKeyringKey } from 'keystep'
import { expect, it } from 'vitest'
import { obtain } from '../runtime/obtain.ts'
import { versions } from '../runtime/targets.ts'
import { describeOn, type Started, walkPortal } from './portal-walk.ts'

const file = 'examples/workers/worker.ts'

/** As much of miniflare as is needed here; it is fetched for the runtimes and is no dependency of the project. */
interface Miniflare {
  readonly ready: Promise<URL>
  dispose(): Promise<void>
}

async function start(): Promise<Started> {
  const { Miniflare } = createRequire(`${await obtain(versions.miniflare)}/`)('miniflare') as { Miniflare: new (options: object) => Miniflare }
  const bundle = await build({ entryPoints: [file], bundle: true, format: 'esm', write: false, conditions: ['workerd', 'worker'] })
  const workerd = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    modules: true,
    script: bundle.outputFiles[0]!.text,
    compatibilityDate: '2026-01-01',
    d1Databases: ['DB'],
    bindings: { KEYSTEP_KEYS: generateKeyringKey() },
  })
  return { origin: (await workerd.ready).origin, stop: () => workerd.dispose() }
}

it('issue 3, part 2: one file of at most 100 lines', () => {
  expect(readFileSync(file, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(100)
})

describeOn(versions.miniflare, () => walkPortal('the portal in one Worker', start))
