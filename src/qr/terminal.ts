import type { Secret } from '../crypto/secret.ts'
import { qrMatrix, type QrMatrix } from './matrix.ts'
import { integerOption, type QrTerminalOptions, requireOptions } from './options.ts'

// Entries 16 and 231 of the 256 colors are black and white in every theme, unlike the first
// sixteen.
const BLACK_ON_WHITE = '\x1b[38;5;16;48;5;231m'
const RESET = '\x1b[0m'

/**
 * Draws a text, as a rule a key URI, in a terminal: half blocks, two modules a character, black on
 * white in dark and light themes alike.
 *
 * Shapes: lines joined by `\n`, none at the end, each with its own ANSI colors (256-color `SGR`)
 * and a reset, so that nothing bleeds into the window. A key URI of up to 131 characters takes 23
 * lines of 45 columns. It needs a terminal with UTF-8 and colors: where output is no terminal, show
 * the typed key instead. The drawing stays in the scroll-back; say so to whoever shares a screen.
 *
 * Follows ISO/IEC 18004, error correction level L: a screen has no scratches, and rows are scarce.
 *
 * @throws `ERR_QR` for a text that is empty, longer than 2,328 bytes or not well-formed Unicode;
 *   `ERR_OPTION` for a text that is no string and for options out of range.
 */
export function qrTerminal(text: string | Secret<string>, options: QrTerminalOptions = {}): string {
  requireOptions(options)
  const quietZone = integerOption('quietZone', options.quietZone, { min: 0, max: 16, default: 2 })
  const matrix = qrMatrix(text, 'L')
  const end = matrix.length + quietZone
  const lines: string[] = []
  for (let y = -quietZone; y < end; y += 2)
    lines.push(BLACK_ON_WHITE + lineOf(matrix, y, quietZone) + RESET)
  return lines.join('\n')
}

/** Rows `y` and `y + 1` as one line of text; whatever lies outside the matrix is light. */
function lineOf(matrix: QrMatrix, y: number, quietZone: number): string {
  let line = ''
  for (let x = -quietZone; x < matrix.length + quietZone; x++)
    line += halfBlock(matrix[y]?.[x] ?? false, matrix[y + 1]?.[x] ?? false)
  return line
}

function halfBlock(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀'
  return lower ? '▄' : ' '
}
