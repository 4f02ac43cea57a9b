import { inspect } from 'node:util'
import { expect } from 'vitest'
import { KeystepError, type KeystepErrorCode } from '../../src/errors.ts'
import { thrownBy } from './reference.ts'

// Peers hang for seconds on such input; the slack is for a busy machine.
export const AT_ONCE_MS = 500

/**
 * The call throws a KeystepError of this code, at once, and shows none of the inputs, not even in
 * its cause.
 */
export function refused(code: KeystepErrorCode, call: () => unknown, ...inputs: unknown[]): void {
  const start = performance.now()
  const error = thrownBy(call)
  expect(performance.now() - start).toBeLessThan(AT_ONCE_MS)
  expect(error).toBeInstanceOf(KeystepError)
  expect((error as KeystepError).code).toBe(code)
  const { message, cause } = error as KeystepError
  const shown = inspect([message, cause], { depth: 9 }).replace(/\n +at .*/g, '')
  for (const input of inputs)
    if (typeof input === 'string' && input.length > 3) expect(shown).not.toContain(input)
}
