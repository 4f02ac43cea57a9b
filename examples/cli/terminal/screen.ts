/** What is known of the terminal, and how to write to it. */
const env = process.env
const WIDEST = 88

export const isTerminal = process.stdout.isTTY
/** No colors where the user asked for none (no-color.org), or where the output is no terminal. */
export const hasColors = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
/** Whether the cursor can be moved back over what was written. */
export const hasCursor = isTerminal && env['TERM'] !== 'dumb'

export function columns(): number {
  return process.stdout.columns || 80
}

export function rows(): number {
  return process.stdout.rows || 24
}

export function bold(text: string): string {
  return hasColors ? `\x1b[1m${text}\x1b[22m` : text
}

export function write(text: string): void {
  process.stdout.write(text)
}

/** Writes paragraphs for people: wrapped between words to the width of the window. */
export function say(...lines: readonly string[]): void {
  for (const line of lines) write(`${wrap(line, Math.min(columns(), WIDEST))}\n`)
}

/** Breaks a line between words; what follows a gap, as in a list, stays in its column. */
function wrap(line: string, width: number): string {
  const lead = /^ *(?:\S.*? {2,})?/.exec(line)![0]
  const hang = ' '.repeat(lead.length < width / 2 ? lead.length : 2)
  const rows = [lead]
  for (const word of line.slice(lead.length).split(' ')) {
    const row = rows.at(-1)!
    const isFirst = row === lead || row === hang
    if (!isFirst && row.length + 1 + word.length > width) rows.push(hang + word)
    else rows[rows.length - 1] = isFirst ? row + word : `${row} ${word}`
  }
  return rows.join('\n')
}
