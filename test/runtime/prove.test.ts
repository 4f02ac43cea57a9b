import { describe, expect, it } from 'vitest'
import { prove } from './prove.ts'
import type { Target } from './targets.ts'

const target: Target = {
  runtime: 'Node',
  what: 'suite',
  required: true,
  get: () => Promise.resolve(node),
  args: [],
}
const node = { version: process.versions.node, command: [process.execPath] }
const run = (program: string) => prove({ ...target, args: ['-e', program] }, node, process.cwd())

describe('a run on a runtime', () => {
  it.each([
    ['node:test in TAP', '# pass 7\n# fail 0\n# skipped 2', '7 passed, 0 failed, 2 skipped'],
    ['node:test in a terminal', 'ℹ pass 7\nℹ fail 0\nℹ skipped 0', '7 passed, 0 failed, 0 skipped'],
    ['bun test', ' 7 pass\n 1 skip\n 0 fail', '7 passed, 0 failed, 1 skipped'],
    ['deno test', 'ok | 7 passed | 0 failed (1s)', '7 passed, 0 failed, 0 skipped'],
  ])('is counted in the words of %s', (_, printed, words) => {
    expect(run(`console.log(${JSON.stringify(printed)})`)).toEqual({ ok: true, passed: 7, words })
  })

  it.each([
    ['exits with 1, whatever it counted', 'console.log("7 passed"); process.exitCode = 1'],
    ['passes nothing', 'console.log("0 passed, 0 failed")'],
    ['says nothing', ''],
    ['is ended by a signal', 'console.log("7 passed"); process.kill(process.pid)'],
  ])('that %s has failed', (_, program) => {
    expect(run(program)).toMatchObject({ ok: false, passed: null })
  })

  it('that cannot start has failed', () => {
    expect(
      prove(target, { version: '', command: ['/nowhere/runtime'] }, process.cwd()),
    ).toMatchObject({ ok: false, words: expect.stringContaining('ENOENT') })
  })
})
