import type { Secret } from '../crypto/secret.ts'
import { KeystepError } from '../errors.ts'
import { qrMatrix, type QrMatrix } from './matrix.ts'
import { integerOption, type QrSvgOptions, requireOptions } from './options.ts'

/**
 * Draws a text, as a rule a key URI, as an SVG element to put into a page: upright, one path, about
 * 8 kB for 150 characters.
 *
 * Colors are a matter of CSS alone. The element has the class `keystep-qr`, its light ground
 * `keystep-qr-light`, its dark modules `keystep-qr-dark`; without any CSS they are `#fff` and
 * `#000`, on a dark page too, because scanners want dark on light. These defaults are presentation
 * attributes, which every rule of a style sheet overrides and no Content-Security-Policy blocks:
 * `.keystep-qr-dark { fill: #123 }`. A rule as broad as `path { fill: white }` reaches them as
 * well.
 *
 * Shapes: `text` is 1 to 2,328 bytes of ASCII, or a `Secret` of it; anything beyond ASCII is
 * percent-encoded first, as URIs are. The result shows the key to whoever sees it: never cache or
 * log it.
 *
 * Follows ISO/IEC 18004, error correction level M.
 *
 * @throws `ERR_QR` for a text that is empty, too long or not well-formed Unicode; `ERR_OPTION` for
 *   a text that is no string and for options out of range.
 */
export function qrSvg(text: string | Secret<string>, options: QrSvgOptions = {}): string {
  requireOptions(options)
  const title = escapeXml(titleOption(options.title))
  const scale = integerOption('scale', options.scale, { min: 1, max: 32, default: 4 })
  const quietZone = integerOption('quietZone', options.quietZone, { min: 0, max: 16, default: 4 })
  const matrix = qrMatrix(text, 'M')
  const side = matrix.length + 2 * quietZone
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="keystep-qr" width="${side * scale}" height="${side * scale}"` +
    ` viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges" role="img" aria-label="${title}">` +
    `<title>${title}</title>` +
    `<rect class="keystep-qr-light" width="${side}" height="${side}" fill="#fff"/>` +
    `<path class="keystep-qr-dark" d="${pathOf(matrix, quietZone)}" fill="#000"/>` +
    '</svg>'
  )
}

/**
 * One filled bar for each horizontal run of dark modules, each placed relative to the one before
 * it.
 */
function pathOf(matrix: QrMatrix, quietZone: number): string {
  return matrix.map((row, y) => rowPath(row, quietZone, y + quietZone)).join('')
}

function rowPath(row: readonly boolean[], left: number, y: number): string {
  let path = ''
  let last = 0
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue
    const start = x
    while (row[x + 1]) x++
    const width = x + 1 - start
    path +=
      (path === '' ? `M${start + left} ${y}` : `m${start - last} 0`) + `h${width}v1h-${width}z`
    last = start
  }
  return path
}

function titleOption(title: string | undefined): string {
  if (title === undefined) return 'QR code'
  if (typeof title === 'string' && title.trim() !== '') return title
  throw new KeystepError('ERR_OPTION', 'title must be a string that is not blank')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

// XML 1.0 has no way to write most control characters, noncharacters and lone surrogates: one of
// them would blank the whole image.
function escapeXml(text: string): string {
  return text
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}
