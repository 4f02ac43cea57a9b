import { createKeyring, createTwoFactor, generateKeyringKey, type TwoFactorOptions } from 'keystep'
import { memoryStore } from 'keystep/stores/memory'
import { describe, expect, it } from 'vitest'
import { readWords } from './fences.ts'
import { rowsOf } from './tables.ts'

const rows = rowsOf(readWords('docs/options.md'), 'option').map(([name, takes, byDefault]) => ({
  path: name!.slice(1, -1),
  takes: takes!,
  byDefault: byDefault!,
}))
const names: { [K in keyof Required<TwoFactorOptions>]: true } = {
  issuer: true,
  store: true,
  keyring: true,
  realm: true,
  totp: true,
  backupCodes: true,
  sms: true,
  devices: true,
  requirement: true,
  limits: true,
  now: true,
  onEvent: true,
  onError: true,
}
const ranges = rows.flatMap(({ path, takes, byDefault }) => {
  const [, least, most] = /^(\d+) to (\d+)$/.exec(takes) ?? []
  return least === undefined
    ? []
    : [{ path, least: Number(least), most: Number(most), byDefault: Number(byDefault) }]
})
const required = {
  issuer: 'Portal',
  store: memoryStore(),
  keyring: createKeyring(generateKeyringKey()),
}
const window = { past: 1, future: 1 }

function withOption(path: string, value: number): TwoFactorOptions {
  const [first, second, third] = path.split('.')
  const part =
    third === undefined ? { [second!]: value } : { [second!]: { ...window, [third]: value } }
  return { ...required, [first!]: part }
}

describe('docs/options.md', () => {
  it('names every option, and no other', () => {
    expect([...new Set(rows.map(({ path }) => path.split('.')[0]))].sort()).toEqual(
      Object.keys(names).sort(),
    )
  })

  it.each(ranges)('$path: $least to $most', ({ path, least, most, byDefault }) => {
    for (const value of [least, most, byDefault])
      expect(() => createTwoFactor(withOption(path, value)), String(value)).not.toThrow()
    for (const value of [least - 1, most + 1, NaN])
      expect(() => createTwoFactor(withOption(path, value)), String(value)).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION' }) as Error,
      )
  })

  it('tells the range of every number', () => {
    expect(ranges.map(({ path }) => path)).toHaveLength(10)
  })
})
