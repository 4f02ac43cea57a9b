import { versions } from '../../runtime/targets.ts'
import { describeOn } from '../portal-walk.ts'
import { startWorker } from '../workerd.ts'
import { walkWiring } from './walk.ts'

describeOn(versions.miniflare, () => {
  for (const folder of ['hono-workers-d1', 'workers-durable-objects'])
    walkWiring(folder, () => startWorker(`examples/frameworks/${folder}`))
})
