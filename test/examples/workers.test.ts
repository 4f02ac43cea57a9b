import { versions } from '../runtime/targets.ts'
import { describeOn, walkPortal } from './portal-walk.ts'
import { startWorker } from './workerd.ts'

const folder = 'examples/workers'

describeOn(versions.miniflare, () =>
  walkPortal('the portal in one Worker', () => startWorker(folder)),
)
