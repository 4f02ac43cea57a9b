import { expect, it } from 'vitest'
import { pages, readPage } from './fences.ts'

it('docs/README.md lists every guide once, and the README leads to it', () => {
  const listed = [...readPage('docs/README.md').matchAll(/^\| \[[^\]]+\]\((\S+\.md)\)/gm)].map(
    ([, name]) => `docs/${name!}`,
  )
  expect([...listed].sort()).toEqual(
    pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md').sort(),
  )
  expect(readPage('README.md')).toContain('](docs/README.md)')
})
