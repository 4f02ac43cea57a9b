import { createCipheriv } from 'node:crypto'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

beforeEach(() => {
  vi.resetModules()
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const load = async () => (await import('../../src/crypto/platform.ts')).platform()

it('has Node’s own AES and Buffer where there is getBuiltinModule', async () => {
  const { aes, buffer } = await load()
  expect(aes!.createCipheriv).toBe(createCipheriv)
  expect(buffer).toBe(Buffer)
})

it.each([
  ['no process', undefined],
  ['a process of another kind', { env: {} }],
  ['no such module', { getBuiltinModule: () => undefined }],
  ['half a module', { getBuiltinModule: () => ({ createCipheriv }) }],
])('has none where there is %s', async (_, process) => {
  vi.stubGlobal('process', process)
  expect(await load()).toEqual({ aes: null, buffer: null })
})
