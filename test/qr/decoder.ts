import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const missing = ['rsvg-convert', 'zbarimg'].filter(
  (tool) => spawnSync(tool, ['--version']).error !== undefined,
)

/**
 * Whether the decoding tests can run: required in CI, skipped with a printed reason on a machine
 * without the tools.
 */
export const canDecode = ((): boolean => {
  const reason = `${missing.join(' and ')} not installed (apt-get install librsvg2-bin zbar-tools)`
  if (missing.length > 0 && process.env['CI']) throw new Error(reason)
  if (missing.length > 0) console.warn(`skipped: reading QR codes back, ${reason}`)
  return missing.length === 0
})()

/** What zbarimg, a program nobody here wrote, reads in a picture. */
function read(extension: string, picture: Buffer | string): string {
  const folder = mkdtempSync(join(tmpdir(), 'keystep-qr-'))
  try {
    const file = join(folder, `code.${extension}`)
    writeFileSync(file, picture)
    return execFileSync('zbarimg', ['--quiet', '--raw', '--oneshot', '-Sbinary', file], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString('utf8')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Reads a screenshot. */
export function readPng(picture: Buffer): string {
  return read('png', picture)
}

/** Renders an SVG by librsvg, on a page of the given color, and reads it. */
export function readSvg(svg: string, page = 'white'): string {
  return read(
    'png',
    execFileSync('rsvg-convert', ['--background-color', page, '--zoom', '2'], { input: svg }),
  )
}

/**
 * Reads a bitmap: rows from the top, `true` is dark, drawn with 6 pixels a cell on a screen of the
 * given brightness around it.
 */
export function readBitmap(
  rows: readonly (readonly boolean[])[],
  around: 'dark' | 'light',
): string {
  const [cell, margin] = [6, 40]
  const side = {
    width: rows[0]!.length * cell + 2 * margin,
    height: rows.length * cell + 2 * margin,
  }
  const pixels = Buffer.alloc(side.width * side.height, around === 'dark' ? 0 : 255)
  rows.forEach((row, y) =>
    row.forEach((dark, x) => {
      for (let dy = 0; dy < cell; dy++)
        pixels.fill(
          dark ? 0 : 255,
          (margin + y * cell + dy) * side.width + margin + x * cell,
          (margin + y * cell + dy) * side.width + margin + (x + 1) * cell,
        )
    }),
  )
  return read('pgm', Buffer.concat([Buffer.from(`P5 ${side.width} ${side.height} 255\n`), pixels]))
}

const SHADES: Readonly<Record<number, boolean>> = { 16: true, 231: false }
const BLOCKS: Readonly<Record<string, readonly ['fg' | 'bg', 'fg' | 'bg']>> = {
  '█': ['fg', 'fg'],
  '▀': ['fg', 'bg'],
  '▄': ['bg', 'fg'],
  ' ': ['bg', 'bg'],
}

/**
 * Draws what a terminal would show: obeys the colors that were printed, and fails on a cell that
 * has none of its own.
 */
export function screenOf(drawing: string): boolean[][] {
  const rows: boolean[][] = []
  for (const line of drawing.split('\n')) {
    const [upper, lower]: [boolean[], boolean[]] = [[], []]
    let colors: { fg: boolean; bg: boolean } | null = null
    for (const [token, codes] of line.matchAll(/\x1b\[([0-9;]*)m|[^\x1b]/g)) {
      if (codes !== undefined) {
        const set = /^38;5;(\d+);48;5;(\d+)$/.exec(codes)
        colors = set ? { fg: SHADES[Number(set[1])]!, bg: SHADES[Number(set[2])]! } : null
        continue
      }
      if (!colors) throw new Error('a cell without colors of its own depends on the theme')
      const [top, bottom] = BLOCKS[token]!
      upper.push(colors[top])
      lower.push(colors[bottom])
    }
    if (colors) throw new Error('a line that does not reset its colors bleeds into the window')
    rows.push(upper, lower)
  }
  return rows
}
