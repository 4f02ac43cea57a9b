import type { Secret } from 'keystep'
import { qrTerminal } from 'keystep/qr'
import { columns, hasColors, hasCursor, rows } from './screen.ts'

const NEGATIVE: Readonly<Record<string, string>> = { ' ': '█', '█': ' ', '▀': '▄', '▄': '▀' }

/** The lines of a QR code for this terminal, or a sentence that tells why there is none. */
export function drawQr(
  keyUri: Secret<string>,
): { lines: readonly string[]; fault: null } | { lines: null; fault: string } {
  const drawing = qrTerminal(keyUri).split('\n')
  const plain = drawing.map((line) => line.replace(/\x1b\[[\d;]*m/g, ''))
  const [width, height] = [plain[0]!.length, plain.length]
  if (!hasCursor) return { lines: null, fault: 'This terminal cannot draw a QR code.' }
  if (columns() < width || rows() <= height) {
    const sizes = `${width} columns and ${height + 1} rows, and this window has ${columns()} and ${rows()}`
    return {
      lines: null,
      fault: `The QR code needs ${sizes}: make it larger to see it, then press Enter.`,
    }
  }
  // Without colors the text is taken to be light on dark: most cameras read the other way round,
  // too.
  return {
    lines: hasColors
      ? drawing
      : plain.map((line) => line.replace(/./gu, (block) => NEGATIVE[block] ?? block)),
    fault: null,
  }
}
