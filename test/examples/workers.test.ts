import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { versions } from '../runtime/targets.ts'
import { describeOn, walkPortal } from './portal-walk.ts'
import { startWorker } from './workerd.ts'

const folder = 'examples/workers'

it('issue 3, part 2: one file of at most 100 lines', () => {
  expect(readFileSync(`${folder}/worker.ts`, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(100)
})

describeOn(versions.miniflare, () => walkPortal('the portal in one Worker', () => startWorker(folder)))
