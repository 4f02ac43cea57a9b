import { KeystepError } from '../errors.ts'

/** The options themselves; anything but an object throws `ERR_OPTION`. */
export function requireOptions<T extends object>(options: T): T {
  const given: unknown = options
  if (typeof given !== 'object' || given === null)
    throw new KeystepError('ERR_OPTION', 'options must be an object')
  return options
}

/**
 * An integer from `min` to `max`, both included; anything else, numeric strings and NaN among it,
 * throws `ERR_OPTION`.
 */
export function requireInteger(name: string, value: unknown, min: number, max: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max)
    return value as number
  throw new KeystepError('ERR_OPTION', `${name} must be an integer from ${min} to ${max}`)
}

/**
 * Milliseconds since 1970 of `at`, a `Date` of any realm; an invalid or earlier one, and anything
 * else, throws `ERR_OPTION`.
 */
export function requireInstant(at: unknown): number {
  try {
    const ms = Date.prototype.getTime.call(at)
    if (ms >= 0) return ms
  } catch {
    // It is no Date.
  }
  throw new KeystepError('ERR_OPTION', 'at must be a Date, from 1970 on')
}
