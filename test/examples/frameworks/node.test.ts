import { describe } from 'vitest'
import { startProcess } from '../process.ts'
import { walkWiring } from './walk.ts'

const folders = ['node-http', 'express', 'hono']

describe.each(folders)('examples/frameworks/%s', (folder) => walkWiring(folder, () => startProcess('examples/frameworks', 'npm', 'run', '--silent', folder)))
