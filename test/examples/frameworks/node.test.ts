import { startScript } from './script.ts'
import { walkWiring } from './walk.ts'

for (const folder of ['node-http', 'express', 'hono']) walkWiring(folder, () => startScript(folder))
