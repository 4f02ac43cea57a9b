import { readFileSync } from 'node:fs'
import { createTwoFactor, type FactorKind, type KeystepErrorCode } from 'keystep'
import { describe, expect, it } from 'vitest'
import { readWords } from './docs/fences.ts'
import { house } from './flow/house.ts'
import clauses from './standards/clauses.json' with { type: 'json' }

const root = new URL('../', import.meta.url).pathname
const page = readWords('docs/standards.md')

interface Row {
  section: string
  clause: string
  demand: string
  heldBy: string
}

/** The rows of the page's tables, under their headings. */
function rowsOf(text: string): Row[] {
  return text
    .split(/^## /m)
    .slice(1)
    .flatMap((part) => {
      const [section = '', ...lines] = part.split('\n')
      const cells = lines
        .filter((line) => line.startsWith('| '))
        .slice(1)
        .map((line) =>
          line
            .slice(1, -1)
            .split(' | ')
            .map((cell) => cell.trim()),
        )
      return cells.map(([clause = '', demand = '', ...rest]) => ({
        section,
        clause,
        demand,
        heldBy: rest.join(' | '),
      }))
    })
}

/** The tests that a row names: `file`: title. */
function testsOf({ heldBy }: Row): { file: string; title: string }[] {
  return heldBy.split('<br>').flatMap((line) => {
    const named = /^`(test\/[\w/.-]+\.test\.ts)`: (.+)$/.exec(line)
    return named ? [{ file: named[1]!, title: named[2]! }] : []
  })
}

/** Whether a file has a test of that very title, written out. */
function hasTest(file: string, title: string): boolean {
  const text = readFileSync(`${root}${file}`, 'utf8')
  const calls = text.replace(/\bit\(\s+/g, 'it(')
  return ["'", '"', '`'].some((quote) => calls.includes(`it(${quote}${title}${quote},`))
}

const rows = rowsOf(page)
const EXCUSE = /not met|portal's duty/

describe('docs/standards.md', () => {
  it('has a row for every clause, in order, and for nothing else', () => {
    const written = Object.fromEntries(
      Object.keys(clauses).map((section) => [
        section,
        rows.filter((row) => row.section === section).map(({ clause }) => clause),
      ]),
    )
    expect(written).toEqual(clauses)
    expect(rows).toHaveLength(Object.values(clauses).flat().length)
  })

  it('says of each what it demands, and which test holds it or why none does', () => {
    const empty = rows.filter(
      (row) => row.demand === '' || (testsOf(row).length === 0 && !EXCUSE.test(row.heldBy)),
    )
    expect(empty).toEqual([])
  })

  it('names tests that exist', () => {
    const named = rows.flatMap(testsOf)
    expect(named.filter(({ file, title }) => !hasTest(file, title))).toEqual([])
    expect(named.length).toBeGreaterThan(rows.length)
  })

  it('is seen to fail: an empty row, a test that is gone', () => {
    const [row] = rowsOf(
      '## X\n\n| clause | demand | held by |\n|---|---|---|\n| 1 | something |  |\n',
    )
    expect(testsOf(row!)).toEqual([])
    expect(EXCUSE.test(row!.heldBy)).toBe(false)
    expect(hasTest('test/standards.test.ts', 'a title that no test has, but in this line')).toBe(
      false,
    )
  })
})

describe('clauses that no other test is about', () => {
  it('63B-4 3.1.3.1, ASVS 6.3.6: there is no e-mail factor', () => {
    // The compiler refuses a kind that is missing here or is none.
    const kinds: Record<FactorKind, true> = {
      totp: true,
      sms: true,
      backup_code: true,
      support_code: true,
    }
    expect(Object.keys(kinds)).not.toContain('email')
    expect(Object.keys(house().twoFactor)).not.toContain('email')
  })

  it('63B-4 3.1.4.1: no period above 120 seconds for what is enrolled here', () => {
    const { store, keyring } = house()
    const make = (periodSeconds: number) => () =>
      createTwoFactor({ issuer: 'Example', store, keyring, totp: { periodSeconds } })
    expect(make(120)).not.toThrow()
    const code: KeystepErrorCode = 'ERR_OPTION'
    expect(make(121)).toThrow(expect.objectContaining({ code }))
  })
})
