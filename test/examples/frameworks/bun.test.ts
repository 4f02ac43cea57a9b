import { join } from 'node:path'
import { obtain } from '../../runtime/obtain.ts'
import { versions } from '../../runtime/targets.ts'
import { describeOn } from '../portal-walk.ts'
import { startProcess } from '../process.ts'
import { walkWiring } from './walk.ts'

describeOn(versions.bun, () => {
  walkWiring('bun', async () => startProcess('examples/frameworks/bun', join(await obtain(versions.bun), 'node_modules/.bin/bun'), 'run', 'server.ts'))
})
