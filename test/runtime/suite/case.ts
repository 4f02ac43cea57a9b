import { KeystepError, type KeystepErrorCode } from 'keystep'

/** One test for any runner: `test(name, run)`. */
export interface Case {
  readonly name: string
  readonly run: () => void | Promise<void>
}

/**
 * Fails unless both are the same as JSON; `undefined`, bytes and instants are to be written out by
 * the caller.
 */
export function equal(actual: unknown, expected: unknown): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (found !== wanted) throw new Error(`expected ${wanted}, got ${found}`)
}

export function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(`does not hold: ${what}`)
}

/** Fails unless the call throws, or rejects with, a KeystepError of this code. */
export async function refuses(code: KeystepErrorCode, call: () => unknown): Promise<void> {
  let thrown: unknown
  try {
    await call()
  } catch (error) {
    thrown = error
  }
  holds(thrown instanceof KeystepError, `a KeystepError is thrown (${String(thrown)})`)
  equal((thrown as KeystepError).code, code)
}

/** The accepted branch of a result, or a failure that names what came instead. */
export function acceptedOf<T extends { outcome: string }>(
  result: T,
): Extract<T, { outcome: 'accepted' }> {
  if (result.outcome !== 'accepted')
    throw new Error(`expected to be accepted, got ${JSON.stringify(result)}`)
  return result as Extract<T, { outcome: 'accepted' }>
}
