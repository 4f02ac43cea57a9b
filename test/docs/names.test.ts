import { createTwoFactor, type TwoFactor } from 'keystep'
import { describe, expect, it } from 'vitest'
import { house } from '../flow/house.ts'
import { doorsOf, readManifest } from '../package/doors.ts'
import { existsInProject, pages, readPage, readProjectFile, readWords } from './fences.ts'
import { rowsOf } from './tables.ts'

const root = new URL('../../', import.meta.url).pathname
const { twoFactor } = house()

/**
 * What the words, tables and diagrams of the pages name by a pattern; code is left to the compiler.
 */
function named(pattern: RegExp): { page: string; name: string }[] {
  const words = (page: string): string => readPage(page).replace(/^```(ts|js)\b[\s\S]*?^```/gm, '')
  return pages.flatMap((page) =>
    [...words(page).matchAll(pattern)].map(([, name]) => ({ page, name: name! })),
  )
}

/** Every result that a call of the contract can have. */
type Results<T> = T extends (...args: never[]) => infer R
  ? Awaited<R>
  : { [K in keyof T]: Results<T[K]> }[keyof T]
type Reason = Extract<Results<TwoFactor>, { outcome: 'rejected' }>['reason']

/** Every reason there is: the compiler refuses one that is missing here or is none. */
const reasons: Readonly<Record<Reason, true>> = {
  already_used: true,
  clock_off: true,
  ended: true,
  exhausted: true,
  expired: true,
  factor_unavailable: true,
  limit_reached: true,
  locked: true,
  malformed_code: true,
  malformed_number: true,
  not_found: true,
  number_refused: true,
  occupied: true,
  other_number: true,
  required: true,
  too_soon: true,
  wrong_code: true,
}

describe('what README.md and docs name exists', () => {
  it('every call of twoFactor', () => {
    const calls = named(
      /\b((?:login|stepUp|totp|sms|backupCodes|devices|factors|recovery|sessions|maintenance)\.[a-z]\w+)\b/g,
    )
    const rooms = twoFactor as unknown as Record<string, Record<string, unknown>>
    const isCall = (name: string): boolean =>
      rooms[name.split('.')[0]!]?.[name.split('.')[1]!] !== undefined
    const isFileOrEvent = (name: string): boolean =>
      /\.(ts|md|test)$/.test(name) || /^sms\.(sent|ceiling_\w+)$/.test(name)
    // The options of that page have a test of their own.
    expect(
      calls.filter(
        ({ name, page }) => !isCall(name) && !isFileOrEvent(name) && page !== 'docs/options.md',
      ),
    ).toEqual([])
    expect(new Set(calls.map(({ name }) => name)).size).toBeGreaterThan(20)
  })

  it('every error code', () => {
    const known = readProjectFile('src/errors.ts')!
    const codes = named(/\b(ERR_[A-Z_]*[A-Z])\b/g)
    expect(
      codes.filter(({ name }) => !known.includes(`'${name}'`) && !known.includes(`'${name}_`)),
    ).toEqual([])
    expect(codes.length).toBeGreaterThan(10)
  })

  it('every door', () => {
    const doors = ['keystep', ...doorsOf(root).map(({ name }) => name)]
    const built = readManifest(root).exports
    const isDoor = (name: string): boolean =>
      doors.includes(name) ||
      (name.startsWith('keystep/stores/') &&
        './stores/*' in built &&
        readProjectFile(`src/${name.slice(8)}.ts`) !== null)
    const used = named(/['`](keystep(?:\/[\w-]+)*)['`]/g)
    expect(used.filter(({ name }) => !isDoor(name))).toEqual([])
  })

  it('every npm script', () => {
    const scriptsIn = (folder: string) =>
      (readManifest(folder) as unknown as { scripts: Record<string, string> }).scripts
    // docs/frameworks.md runs those of its own folder.
    const scripts = { ...scriptsIn(root), ...scriptsIn(`${root}examples/frameworks/`) }
    const run = [...named(/\bnpm (start|test)\b/g), ...named(/\bnpm run ([a-z][\w:]*)/g)]
    expect(run.filter(({ name }) => !(name in scripts))).toEqual([])
    expect(run.length).toBeGreaterThan(2)
  })

  it('every file and folder', () => {
    const paths = named(
      /`((?:src|examples|test|docs|flow|otp|crypto|stores|http|backup-codes|testing)\/[\w./-]*\w)`/g,
    )
    const isThere = ({ name }: { name: string }): boolean =>
      [name, `src/${name}`].some(existsInProject)
    expect(paths.filter((path) => !path.name.startsWith('docs/api') && !isThere(path))).toEqual([])
  })
})

describe('the words for every reason', () => {
  it('are there for each, and for nothing else', () => {
    const said = rowsOf(readWords('README.md'), '`reason`').flatMap(([cell]) =>
      [...cell!.matchAll(/`(\w+)`/g)].map(([, name]) => name!),
    )
    expect(said.filter((name) => name !== 'failuresBefore').sort()).toEqual(
      Object.keys(reasons).sort(),
    )
  })
})

it('createTwoFactor has no property that the guides leave out', () => {
  const text = pages.map(readWords).join('\n')
  const properties = Object.entries(createTwoFactor({ issuer: 'Docs', ...house() }))
  const calls = properties.flatMap(([room, value]) =>
    typeof value === 'function' ? [room] : Object.keys(value).map((name) => `${room}.${name}`),
  )
  expect(calls.filter((call) => !text.includes(call))).toEqual([])
})
