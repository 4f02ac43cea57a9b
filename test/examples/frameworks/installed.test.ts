import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { startProcess } from '../process.ts'
import { describeInstalled } from './installed.ts'
import { walkWiring } from './walk.ts'

const cwd = 'examples/frameworks'

describeInstalled(() => {
  it('the types of all wirings hold', () => {
    expect(spawnSync('npx', ['tsc', '-p', cwd], { encoding: 'utf8' }).stdout).toBe('')
  })

  for (const script of ['fastify', 'koa', 'next']) walkWiring(script, () => startProcess(cwd, 'npm', 'run', '--silent', script))
})
