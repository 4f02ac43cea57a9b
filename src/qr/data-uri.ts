import type { Secret } from '../crypto/secret.ts'
import type { QrSvgOptions } from './options.ts'
import { qrSvg } from './svg.ts'

/**
 * Draws a text as a `data:image/svg+xml` URI for the `src` of an `<img>`, black on white whatever
 * the page's CSS.
 *
 * It stands alone: no script, no style sheet, no link, so a Content-Security-Policy needs
 * `img-src data:` and nothing else. All that could end an HTML attribute or a CSS `url()` is
 * percent-encoded. Give the `<img>` an `alt`: the title within does not reach the page.
 *
 * Text and options are those of {@link qrSvg}. The URI holds the key: never cache or log it.
 *
 * @throws `ERR_QR` and `ERR_OPTION`, as {@link qrSvg}.
 */
export function qrDataUri(text: string | Secret<string>, options: QrSvgOptions = {}): string {
  return `data:image/svg+xml;charset=utf-8,${percentEncode(qrSvg(text, options))}`
}

// encodeURIComponent leaves ' ( ) as they are, which end a CSS url() or an attribute in single
// quotes.
function percentEncode(svg: string): string {
  return encodeURIComponent(svg).replace(
    /['()]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  )
}
