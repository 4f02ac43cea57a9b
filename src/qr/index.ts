/**
 * QR codes of key URIs: as SVG, as a data URI and in a terminal. Pure and synchronous; importable
 * alone.
 *
 * @module
 */
export { qrDataUri } from './data-uri.ts'
export type { QrSvgOptions, QrTerminalOptions } from './options.ts'
export { qrSvg } from './svg.ts'
export { qrTerminal } from './terminal.ts'
