import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readWords } from '../../docs/fences.ts'
import { rowsOf } from '../../docs/tables.ts'
import { filesBelow } from '../../project-files.ts'

const root = 'examples/frameworks'
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
  .map(({ name }) => name)
const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
  scripts: Record<string, string>
}
const rows = rowsOf(readWords('docs/frameworks.md'), 'framework').map(
  ([name, file, runtime, store, mounting]) => ({
    name: name!,
    file: /\]\(\.\.\/(.+)\)/.exec(file!)?.[1] ?? '',
    line: /`(.+)`/.exec(mounting!)?.[1] ?? '',
    words: `${runtime!} ${store!}`,
  }),
)

it('each wiring is in the table of docs/frameworks.md, and with a run line', () => {
  expect(folders).toHaveLength(10)
  expect(rows.map(({ file }) => dirname(file)).sort()).toEqual(
    folders.map((folder) => `${root}/${folder}`).sort(),
  )
  expect(folders.filter((folder) => !(folder in scripts))).toEqual([])
})

describe.each(rows)('$name', ({ file, line, words }) => {
  const text = readFileSync(file, 'utf8')

  it('says its run line', () => {
    expect(text.split('\n').slice(0, 4).join(' ')).toContain(`\`npm run ${file.split('/')[2]!}\``)
  })

  it('is mounted by the line of the table, on its store', () => {
    const sources = filesBelow(dirname(file))
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(path, 'utf8'))
    expect(sources.join('\n')).toContain(line)
    const [, store = '', driver = 'keystep'] = /`(\w+)`(?: on (\S+))?/.exec(words) ?? []
    expect(text).toContain(`${store}(`)
    expect(text).toContain(`from '${driver}'`)
  })
})
