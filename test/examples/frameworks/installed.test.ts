import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { describeInstalled } from './installed.ts'
import { startScript } from './script.ts'
import { walkWiring } from './walk.ts'

describeInstalled(() => {
  it('the types of all wirings hold', () => {
    expect(
      spawnSync('npx', ['tsc', '-p', 'examples/frameworks'], { encoding: 'utf8' }).stdout,
    ).toBe('')
  })

  for (const folder of ['fastify', 'koa', 'next']) walkWiring(folder, () => startScript(folder))
})
