import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

/**
 * A block of tests that drive foreign programs: without them skipped with a printed reason, under
 * CI failed.
 */
export function describeWith(programs: readonly string[], name: string, tests: () => void): void {
  const missing = programs.filter((program) => spawnSync('which', [program]).status !== 0)
  const skip = missing.length > 0 && !process.env['CI']
  if (skip)
    console.warn(
      `skipped: ${name}, since ${missing.join(' and ')} cannot be found (see .ci/machine)`,
    )
  describe.skipIf(skip)(name, () => {
    it(`has ${programs.join(', ')}`, () => {
      expect(missing).toEqual([])
    })
    tests()
  })
}
