import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../../../examples/portal/app.ts'
import { openOffice } from './office.ts'
import { readWords } from '../../../docs/fences.ts'

const page = readWords('docs/portal.md')
const namesIn = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))].sort()

describe('docs/portal.md', () => {
  const office = openOffice()

  it('lists every variable that can be set, and no other', () => {
    const read = namesIn(
      readFileSync('examples/portal/configuration.ts', 'utf8'),
      /(?<=(?:read|need|portOf|originOf|urlOf|isOn)\((?:read, )?'|environment\[')([A-Z_]+)'/g,
    )
    const table = page.slice(page.indexOf('| variable |'), page.indexOf('Any number of processes'))
    expect(namesIn(table.replaceAll(/^(\|[^|]+\|).*$/gm, '$1'), /`([A-Z_]+)`/g)).toEqual(read)
    expect(read).toContain('KEYSTEP_KEYS')
  })

  it('shows pictures that are there, light and dark', () => {
    const pictures = namesIn(page, /src(?:set)?="([^"]+)"/g)
    expect(pictures.filter((path) => !existsSync(`docs/${path}`))).toEqual([])
    expect(pictures.map((path) => path.replace('-light.', '-dark.')).sort()).toEqual(
      pictures.flatMap((path) => (path.includes('-dark.') ? [path, path] : [])),
    )
  })

  it('names every page that can be opened', () => {
    const paths = createApp(office.portal)
      .routes.filter(({ method, path }) => method === 'GET' && !/[:*]/.test(path) && path !== '/')
      .map(({ path }) => path)
    expect(paths.length).toBeGreaterThan(15)
    expect([...new Set(paths)].filter((path) => !page.includes(`\`${path}\``))).toEqual([])
  })
})
