import { KeystepError } from '../errors.ts'

/** The options themselves; anything but an object throws `ERR_OPTION`. */
export function requireOptions<T extends object>(options: T): T {
  const given: unknown = options
  if (typeof given !== 'object' || given === null) throw new KeystepError('ERR_OPTION', 'options must be an object')
  return options
}

/** An integer from `min` to `max`, both included; anything else, numeric strings and NaN among it, throws `ERR_OPTION`. */
export function requireInteger(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  throw new KeystepError('ERR_OPTION', `${name} must be an integer from ${min} to ${max}`)
}

/** Milliseconds since 1970 of a `Date` of any realm; an invalid or earlier one, and anything else, throws `ERR_OPTION`. */
export function requireInstant(name: string, value: unknown): number {
  const ms = timeOf(value)
  if (ms >= 0) return ms
  throw new KeystepError('ERR_OPTION', `${name} must be a valid Date, not before 1970`)
}

function timeOf(value: unknown): number {
  try {
    return Date.prototype.getTime.call(value)
  } catch {
    return NaN
  }
}
