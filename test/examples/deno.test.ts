import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { obtain } from '../runtime/obtain.ts'
import { versions } from '../runtime/targets.ts'
import { describeOn, walkPortal } from './portal-walk.ts'
import { startProcess } from './process.ts'

const cwd = 'examples/deno'
const deno = async (): Promise<string> =>
  join(await obtain(versions.deno), 'node_modules/.bin/deno')

describeOn(versions.deno, () => {
  it('checks the types of the example and of all sources that it reaches, with its own types', async () => {
    const { status, stderr } = spawnSync(await deno(), ['check', 'main.ts'], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    })
    expect({ status, errors: status === 0 ? '' : stderr }).toEqual({ status: 0, errors: '' })
  })

  walkPortal('the portal on Deno.serve', async () =>
    startProcess(cwd, await deno(), 'task', 'start'),
  )
})
