export { qrDataUri } from './data-uri.ts'
export type { QrSvgOptions, QrTerminalOptions } from './options.ts'
export { qrSvg } from './svg.ts'
export { qrTerminal } from './terminal.ts'
