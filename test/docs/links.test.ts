import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { filesBelow } from '../project-files.ts'

const root = new URL('../../', import.meta.url)
const folders = ['docs', 'examples']
  .map((folder) => fileURLToPath(new URL(folder, root)))
  .filter((folder) => existsSync(folder))
const files = folders.flatMap(filesBelow).map((path) => path.slice(fileURLToPath(root).length))
const pages = [...readdirSync(root), ...files].filter((path) => path.endsWith('.md'))

/** The anchors that a forge makes of the headings of a page. */
function anchorsOf(text: string): string[] {
  const headings = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)].map(
    ([, heading = '']) => heading,
  )
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  )
}

/** The relative links of a page that lead nowhere. */
function deadLinksOf(page: string, text: string, read: (path: string) => string | null): string[] {
  const links = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, link = '']) => link,
  )
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : posix.join(posix.dirname(page), path)
      const found = target.startsWith('docs/api/') ? '' : read(target)
      if (found === null) return true
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(found).includes(anchor)
    })
}

const readProject = (path: string): string | null => {
  const url = new URL(path, root)
  if (!existsSync(url)) return null
  return path.endsWith('.md') ? readFileSync(url, 'utf8') : ''
}

describe('every link between the pages leads somewhere', () => {
  it('has a README, and pages beside it', () => {
    expect(pages).toContain('README.md')
    expect(pages.filter((page) => page.startsWith('docs/')).length).toBeGreaterThan(0)
  })

  it.each(pages)('%s', (page) => {
    expect(deadLinksOf(page, readFileSync(new URL(page, root), 'utf8'), readProject)).toEqual([])
  })

  it('a dead link, a dead anchor and a file that is gone are seen', () => {
    const shelf: Record<string, string> = {
      'docs/a.md':
        '# One two: three\n[x](#one-two-three) [y](#gone) [z](b.md#b) [w](b.md#c) [v](c.md)',
      'docs/b.md': '## B\n',
    }
    expect(
      deadLinksOf('docs/a.md', shelf['docs/a.md'] ?? '', (path) => shelf[path] ?? null),
    ).toEqual(['#gone', 'b.md#c', 'c.md'])
  })
})
