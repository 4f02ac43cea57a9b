import { html } from 'hono/html'
import type { Html } from './html.ts'

/**
 * The little of Markdown that the help page is written in: headings, paragraphs, lists and bold.
 * Every letter of the text is escaped.
 */
export function renderMarkdown(text: string): { title: string; body: Html } {
  const blocks = text
    .replace(/<!--[\s\S]*?-->/g, '')
    .split(/\n{2,}/)
    .map((block) => block.trim())
    .filter((block) => block !== '')
  const [heading = '', ...rest] = blocks
  return { title: heading.replace('# ', ''), body: html`${rest.map(renderBlock)}` }
}

function renderBlock(block: string): Html {
  if (block.startsWith('## ')) return html`<h2 id="${anchorOf(block)}">${block.slice(3)}</h2>`
  if (block.startsWith('- ')) return html`<ul>${itemsOf(block)}</ul>`
  if (/^\d+\. /.test(block)) return html`<ol>${itemsOf(block)}</ol>`
  return html`<p>${inline(block)}</p>`
}

function itemsOf(block: string): Html[] {
  return block
    .split(/\n(?=- |\d+\. )/)
    .map((item) => html`<li>${inline(item.replace(/^(-|\d+\.) /, ''))}</li>`)
}

/** As forges do it, so that a link to a section works in both places. */
function anchorOf(heading: string): string {
  return heading
    .slice(3)
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')
}

function inline(text: string): (Html | string)[] {
  return text
    .replace(/\s*\n\s*/g, ' ')
    .split('**')
    .map((part, i) => (i % 2 === 1 ? html`<strong>${part}</strong>` : part))
}
