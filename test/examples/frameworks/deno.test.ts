import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { obtain } from '../../runtime/obtain.ts'
import { versions } from '../../runtime/targets.ts'
import { describeOn } from '../portal-walk.ts'
import { startScript } from './script.ts'
import { walkWiring } from './walk.ts'

describeOn(versions.deno, () => {
  it('checks the types of the wiring with its own', async () => {
    const deno = join(await obtain(versions.deno), 'node_modules/.bin/deno')
    const { status, stderr } = spawnSync(deno, ['check', 'server.ts'], {
      cwd: 'examples/frameworks/deno',
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    })
    expect({ status, errors: status === 0 ? '' : stderr }).toEqual({ status: 0, errors: '' })
  })

  walkWiring('deno', () => startScript('deno', versions.deno))
})
