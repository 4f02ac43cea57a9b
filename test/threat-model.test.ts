import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../', import.meta.url).pathname
const CLASSES = Array.from({ length: 28 }, (_, i) => `V${i + 1}`)

interface Row {
  class: string
  places: string[]
  tests: string[]
}

const names = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)

const rows = readFileSync(`${root}docs/threat-model.md`, 'utf8').split('\n').filter((line) => /^\| V\d/.test(line)).map((line): Row => {
  const cells = line.split(' | ')
  return { class: /^\| (V\d+)/.exec(line)![1]!, places: names(cells[2]), tests: names(cells[3]) }
})

describe('the table of docs/threat-model.md', () => {
  it('has a row for each of the 28 classes, in order', () => {
    expect(rows.map((row) => row.class)).toEqual(CLASSES)
  })

  it.each(rows)('$class: is stopped in places that are there, and seen by tests that bear its number', (row) => {
    expect(row.places.filter((place) => !existsSync(`${root}src/${place.replace(/\/?\*?$/, '')}`))).toEqual([])
    expect(row.places).not.toEqual([])
    const titled = new RegExp(`(it|describe)(\\.\\w+\\(.*\\))?\\(['"\`][^'"\`]*\\b${row.class}\\b`)
    expect(row.tests.filter((name) => !titled.test(readFileSync(`${root}${name}`, 'utf8')))).toEqual([])
    expect(row.tests).not.toEqual([])
  })
})
