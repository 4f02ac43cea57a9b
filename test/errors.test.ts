import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { KeystepError } from '../src/errors.ts'

const source = readFileSync(new URL('../src/errors.ts', import.meta.url), 'utf8')
const documented = [...source.matchAll(/^ \* \| `(ERR_\w+)` \|/gm)].map(([, code]) => code)
const declared = [...source.matchAll(/^ {2}\| '(ERR_\w+)'/gm)].map(([, code]) => code)

describe('KeystepError', () => {
  it('is an Error with a name, a stable code and the original cause', () => {
    const cause = new Error('connection refused')
    const error = new KeystepError('ERR_STORE', 'the store threw', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'KeystepError',
      code: 'ERR_STORE',
      message: 'the store threw',
      cause,
    })
    expect(error.stack).toMatch(/^KeystepError: the store threw/)
  })

  it('has no cause of its own where there is none', () => {
    expect('cause' in new KeystepError('ERR_OPTION', 'bad option')).toBe(false)
  })

  it('documents every code once, and no code that does not exist', () => {
    expect(declared.length).toBeGreaterThan(15)
    expect(documented).toEqual(declared)
    expect(new Set(declared).size).toBe(declared.length)
  })
})
