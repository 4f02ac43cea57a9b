import { existsSync, readFileSync, readdirSync } from 'node:fs'

const root = new URL('../../', import.meta.url)

/**
 * One code block of a page. `about` is what follows the language: a name for the tests, or the file
 * that the block is a part of.
 */
export interface Fence {
  page: string
  line: number
  language: string
  about: string
  code: string
}

/** The pages that a reader opens: the README and the guides. */
export const pages: readonly string[] = [
  'README.md',
  ...readdirSync(new URL('docs/', root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

export function readPage(page: string): string {
  return readFileSync(new URL(page, root), 'utf8')
}

/**
 * A page as its words say it, however it is laid out: cells without padding, paragraphs in one
 * line, code as it is.
 */
export function readWords(page: string): string {
  const parts = readPage(page).split(/^( *```[\s\S]*?^ *```$)/m)
  return parts.map((part, index) => (index % 2 === 1 ? part : unlaid(part))).join('')
}

function unlaid(text: string): string {
  const rows = text.replace(/^\|.*\|$/gm, (row) =>
    /^[|\s:-]+$/.test(row) ? row.replace(/ /g, '') : row.replace(/ {2,}/g, ' '),
  )
  return rows.replace(/(?<=[^\n|>])\n(?! *(?:[-*|#<>]|\d+\.|\n|$))\s*/g, ' ')
}

/** The text of a file of the project, or null where there is none. */
export function readProjectFile(path: string): string | null {
  return existsInProject(path) ? readFileSync(new URL(path, root), 'utf8') : null
}

/** Whether the project has a file or folder. */
export function existsInProject(path: string): boolean {
  return existsSync(new URL(path, root))
}

/** Every code block of a page, in order; also those of a list, which are indented. */
export function fencesOf(page: string, text: string): Fence[] {
  const fences: Fence[] = []
  let open: Fence | null = null
  for (const [index, row] of text.split('\n').entries()) {
    const mark = /^ *```(\S*) *(.*)$/.exec(row)
    if (!mark) {
      if (open) open.code += `${row}\n`
      continue
    }
    if (open) fences.push(open)
    open = open ? null : { page, line: index + 2, language: mark[1]!, about: mark[2]!, code: '' }
  }
  if (open) throw new Error(`${page}: the block of line ${open.line} is never closed`)
  return fences
}

/** The file of the project that a block is a part of, or null: `ts examples/express/server.ts`. */
export function fileOf({ about }: Fence): string | null {
  return /^[\w.-]+(\/[\w.-]+)+$/.test(about) ? about : null
}
