import { KeystepError } from '../errors.ts'

/** How a QR code is drawn as SVG. */
export interface QrSvgOptions {
  /**
   * What a screen reader says and a pointer shows. Default `QR code`. Never put the key into it.
   */
  title?: string | undefined
  /**
   * Pixels a module, 1 to 32. Default 4. It sets `width` and `height` alone; CSS may set others.
   */
  scale?: number | undefined
  /** The light border in modules, 0 to 16. Default 4, which is what ISO/IEC 18004 asks for. */
  quietZone?: number | undefined
}

/** How a QR code is drawn in a terminal. */
export interface QrTerminalOptions {
  /**
   * The light border in modules, 0 to 16. Default 2: every scanner tried reads it, and a usual key
   * URI fits 24 lines.
   */
  quietZone?: number | undefined
}

/** The options themselves; anything but an object throws `ERR_OPTION`. */
export function requireOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw new KeystepError('ERR_OPTION', 'options must be an object')
}

/** An integer option within its range, or `ERR_OPTION`. */
export function integerOption(
  name: string,
  value: number | undefined,
  o: { min: number; max: number; default: number },
): number {
  if (value === undefined) return o.default
  if (Number.isInteger(value) && value >= o.min && value <= o.max) return value
  throw new KeystepError('ERR_OPTION', `${name} must be an integer from ${o.min} to ${o.max}`)
}
