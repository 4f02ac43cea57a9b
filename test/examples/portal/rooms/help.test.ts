import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderMarkdown } from '../../../../examples/portal/pages/markdown.ts'
import { Browser } from '../../browser.ts'
import { openOffice } from './office.ts'

const source = readFileSync('docs/help-page.md', 'utf8')
const textOf = (html: string): string =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ')
const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? []

describe('the help page', () => {
  const office = openOffice()

  it('says, in both applications and to everybody, what docs/help-page.md says, under the name of the company', async () => {
    const written = wordsOf(
      source
        .replace(/<!--[^]*?-->/, '')
        .replaceAll('Example Hosting', 'Harbor Hosting')
        .replace(/^\d+\. /gm, ''),
    )
    for (const origin of [office.origin, office.panelOrigin]) {
      const page = await new Browser(origin).get('/help')
      expect(wordsOf(textOf(/<h1>[^]*<\/main>/.exec(page)![0]))).toEqual(written)
      expect(page).toContain('<h2 id="lost-phone">Lost phone</h2>')
    }
  })

  it('every letter of it is escaped, whatever is written there', async () => {
    const { title, body } = renderMarkdown(
      '<!-- for us -->\n\n# A <b>\n\n## Lost & found\n\n**<i>**\nx\n\n1. one\n   more\n2. two\n\n- <u>',
    )
    expect(title).toBe('A <b>')
    expect(String(await body)).toBe(
      '<h2 id="lost--found">Lost &amp; found</h2><p><strong>&lt;i&gt;</strong> x</p><ol><li>one more</li><li>two</li></ol><ul><li>&lt;u&gt;</li></ul>',
    )
  })
})
