import { spawnSync } from 'node:child_process'
import type { Runtime, Target } from './targets.ts'

/** What a run came to. Without a count, the program's word alone says that it went well. */
export interface Proof {
  readonly ok: boolean
  readonly passed: number | null
  readonly words: string
}

/** Runs a target in the staged folder, and reads its count from the words of its runner. */
export function prove(
  { args, cwd }: Target,
  { command: [program = '', ...first], folder }: Runtime,
  stage: string,
): Proof {
  const env = { ...process.env, KEYSTEP_PACKAGE: folder ?? stage, NO_COLOR: '1', FORCE_COLOR: '0' }
  const result = spawnSync(program, [...first, ...args], {
    cwd: cwd ?? stage,
    env,
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 2 ** 26,
  })
  const output = `${result.stdout}\n${result.stderr}`
  if (cwd !== undefined)
    return result.status === 0
      ? { ok: true, passed: null, words: 'passed' }
      : failed(result.error, output)
  const passed = count(output, /^(?:# |ℹ )pass (\d+)/m, /^\s*(\d+) pass$/m, /(\d+) passed/)
  const skipped = count(output, /^(?:# |ℹ )skipped (\d+)/m, /^\s*(\d+) skip$/m, /(\d+) skipped/)
  if (result.status !== 0 || passed === 0) return failed(result.error, output)
  return { ok: true, passed, words: `${passed} passed, 0 failed, ${skipped} skipped` }
}

function failed(error: Error | undefined, output: string): Proof {
  return { ok: false, passed: null, words: `FAILED ${error?.message ?? ''}\n${output}` }
}

function count(output: string, ...patterns: readonly RegExp[]): number {
  return Number(
    patterns.map((pattern) => pattern.exec(output)?.[1]).find((found) => found !== undefined) ?? 0,
  )
}
