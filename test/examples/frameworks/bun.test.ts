import { versions } from '../../runtime/targets.ts'
import { describeOn } from '../portal-walk.ts'
import { startScript } from './script.ts'
import { walkWiring } from './walk.ts'

describeOn(versions.bun, () => walkWiring('bun', () => startScript('bun', versions.bun)))
