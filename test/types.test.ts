import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { compile, lint } from './must-not-compile/diagnose.ts'
import { expectedMarks, foundMarks } from './must-not-compile/marks.ts'

const folder = fileURLToPath(new URL('types/', import.meta.url))
const config = `${folder}tsconfig.json`
const files = readdirSync(folder).filter((name) => name.endsWith('.ts'))
const expected = Object.assign(
  {},
  ...files.map((name) => expectedMarks(name, readFileSync(folder + name, 'utf8'))),
) as Record<string, string[]>

describe('code that must not compile', () => {
  it('fails on every marked line, with the marked error, and on no other line', async () => {
    expect(foundMarks([...compile(config), ...(await lint(config))])).toEqual(expected)
  })

  it('has marked lines in every file', () => {
    expect(
      files.filter((name) => !Object.keys(expected).some((place) => place.startsWith(`${name}:`))),
    ).toEqual([])
  })
})

describe('the check is seen to fail', () => {
  const compileOne = (text: string): unknown => {
    const found = foundMarks(
      compile(config, new Map([[`${folder}overlay.ts`, text]])).filter(
        ({ file }) => file === 'overlay.ts',
      ),
    )
    return { found, expected: expectedMarks('overlay.ts', text) }
  }

  it('a marked line that compiles is told apart', () => {
    expect(compileOne("export const text: string = 'x' // fails: TS2322")).toEqual({
      found: {},
      expected: { 'overlay.ts:1': ['TS2322'] },
    })
  })

  it('an unmarked line that does not compile is told apart', () => {
    expect(compileOne('export const text: string = 1')).toEqual({
      found: { 'overlay.ts:1': ['TS2322'] },
      expected: {},
    })
  })

  it('another error than the marked one is told apart', () => {
    const text = 'export const text: string = nowhere // fails: TS2322'
    expect(compileOne(text)).toEqual({
      found: { 'overlay.ts:1': ['TS2304'] },
      expected: { 'overlay.ts:1': ['TS2322'] },
    })
  })
})
