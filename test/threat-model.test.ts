import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readWords } from './docs/fences.ts'

const root = new URL('../', import.meta.url).pathname
/**
 * Classes are numbered as they were found; the last one is read off the table, which may have no
 * gap.
 */
const FEWEST = 28

interface Row {
  class: string
  places: string[]
  tests: string[]
}

const names = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)

const rows = readWords('docs/threat-model.md')
  .split('\n')
  .filter((line) => /^\| V\d/.test(line))
  .map((line): Row => {
    const cells = line.split(' | ')
    return { class: /^\| (V\d+)/.exec(line)![1]!, places: names(cells[2]), tests: names(cells[3]) }
  })

describe('the table of docs/threat-model.md', () => {
  it('has a row for each class, in order and without a gap', () => {
    expect(rows.map((row) => row.class)).toEqual(rows.map((_, i) => `V${i + 1}`))
    expect(rows.length).toBeGreaterThanOrEqual(FEWEST)
  })

  it.each(rows)(
    '$class: is stopped in places that are there, and seen by tests that bear its number',
    (row) => {
      expect(
        row.places.filter((place) => !existsSync(`${root}src/${place.replace(/\/?\*?$/, '')}`)),
      ).toEqual([])
      expect(row.places).not.toEqual([])
      const titled = new RegExp(
        `(it|describe)(\\.\\w+\\(.*\\))?\\(\\s*['"\`][^'"\`]*\\b${row.class}\\b`,
      )
      expect(
        row.tests.filter((name) => !titled.test(readFileSync(`${root}${name}`, 'utf8'))),
      ).toEqual([])
      expect(row.tests).not.toEqual([])
    },
  )
})
