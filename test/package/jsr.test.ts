import { readFileSync, readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { sourceOf } from './doors.ts'

const read = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>

/**
 * JSR takes sources and knows no `*`: every door of package.json, written out and leading to `src`.
 */
function doorsInSources(
  exports: Record<string, string | { default: string }>,
): Record<string, string> {
  const doors = Object.entries(exports).flatMap(([door, target]): [string, string][] => {
    if (typeof target === 'string') return []
    const source = sourceOf(target.default)
    if (!source.includes('*')) return [[door, source]]
    const files = readdirSync(source.slice(0, source.indexOf('*'))).filter(
      (file) => !['index.ts', 'record-store.ts'].includes(file),
    )
    return files
      .sort()
      .map((file) => [door.replace('*', file.replace('.ts', '')), source.replace('*.ts', file)])
  })
  return Object.fromEntries(doors)
}

it('jsr.json opens the same doors as package.json, at the same version and license', () => {
  const [jsr, npm] = [read('jsr.json'), read('package.json')]
  expect(jsr['exports']).toEqual(
    doorsInSources(npm['exports'] as Parameters<typeof doorsInSources>[0]),
  )
  expect([jsr['version'], jsr['license']]).toEqual([npm['version'], npm['license']])
})
