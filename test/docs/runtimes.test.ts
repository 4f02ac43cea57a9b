import { describe, expect, it } from 'vitest'
import { targets, versions } from '../runtime/targets.ts'
import { readWords } from './fences.ts'

const page = readWords('docs/runtimes.md')

describe('docs/runtimes.md', () => {
  it.each(targets.map(({ runtime, what, required }) => [runtime, what, required] as const))(
    'names what npm run test:runtimes runs: %s, %s',
    (runtime, what, required) => {
      const row = page.split('\n').find((line) => line.startsWith(`| ${runtime} |`))
      expect(row).toContain(what.replace(', ', ' with '))
      if (required) expect(row).toMatch(/\| no(;.*)? \|$/)
      else expect(row).toMatch(/yes \|$/)
    },
  )

  it.each(Object.values(versions))('names the version: %s', (spec) => {
    const [, name = '', version = ''] = /^(.+)@(.+)$/.exec(spec) ?? []
    expect(page).toContain(
      name === 'better-sqlite3' ? `${name} ${version.split('.')[0] ?? ''}` : version,
    )
  })
})
