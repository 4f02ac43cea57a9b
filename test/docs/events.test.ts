import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { readProjectFile, readWords } from './fences.ts'
import { rowsOf } from './tables.ts'

const source = ts.createSourceFile(
  'events.ts',
  readProjectFile('src/record/events.ts')!,
  ts.ScriptTarget.ES2022,
  true,
)
const activity = ts.createSourceFile(
  'activity.ts',
  readProjectFile('src/record/activity.ts')!,
  ts.ScriptTarget.ES2022,
  true,
)
const text = readWords('docs/events.md')

/** The members of the union `EventDetail`: each type with the names of its other fields. */
function eventsOfSource(): Record<string, string[]> {
  const union = source.statements
    .filter(ts.isTypeAliasDeclaration)
    .find(({ name }) => name.text === 'EventDetail')!.type as ts.UnionTypeNode
  return Object.fromEntries(
    union.types.map((member) => {
      const fields = (member as ts.TypeLiteralNode).members.filter(ts.isPropertySignature)
      const [type, ...others] = fields.map((field) => (field.name as ts.Identifier).text)
      if (type !== 'type') throw new Error('an event begins with its type')
      return [/'(.+)'/.exec(fields[0]!.type!.getText())![1]!, others]
    }),
  )
}

const names = (cell = ''): string[] => [...cell.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!)

describe('docs/events.md', () => {
  const rows = rowsOf(text, '`type`')

  it('has a row for every event of the closed union, with its fields, in the order of the source', () => {
    expect(rows.map(([type, fields]) => [names(type)[0], names(fields)])).toEqual(
      Object.entries(eventsOfSource()),
    )
    expect(rows.length).toBeGreaterThan(15)
  })

  it('names the events that are merged into one line, and no other', () => {
    const merged = activity.statements
      .filter(ts.isVariableStatement)
      .flatMap(({ declarationList }) => [...declarationList.declarations])
      .find(({ name }) => name.getText() === 'MERGED')!.initializer!
    const inSource = [...merged.getText().matchAll(/'([\w.]+)'/g)].map(([, name]) => name)
    const sentence = /without a right code\s*\(([^)]+)\) are one line/.exec(text)![1]
    expect(names(sentence)).toEqual(inSource)
  })
})
