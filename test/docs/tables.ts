/**
 * The rows of the table of a page whose first heading is `heading`, cell by cell, without the
 * heading.
 */
export function rowsOf(text: string, heading: string): string[][] {
  const lines = text.split('\n')
  const first = lines.findIndex((line) => line.startsWith(`| ${heading} |`))
  if (first < 0) throw new Error(`there is no table with the heading ${heading}`)
  const end = lines.findIndex((line, index) => index > first && !line.startsWith('|'))
  return lines.slice(first + 2, end < 0 ? undefined : end).map((line) =>
    line
      .slice(1, line.lastIndexOf('|'))
      .split('|')
      .map((cell) => cell.trim()),
  )
}
