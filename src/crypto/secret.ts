import { KeystepError } from '../errors.ts'

const MASK = '[Secret]'
const inspect = Symbol.for('nodejs.util.inspect.custom')

/**
 * A value that does not print: string, JSON, inspect, spread and `structuredClone` show `[Secret]`
 * or nothing. It comes out by {@link Secret.reveal} alone, so that every place that handles it in
 * the open can be found by one search.
 */
export class Secret<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value itself. Show it, send it or store it sealed; never log it. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [inspect](): string {
    return MASK
  }
}

/** The text of a secret or plain string; anything else throws `ERR_OPTION`. */
export function textOf(value: string | Secret<string>): string {
  const text: unknown = value instanceof Secret ? value.reveal() : value
  if (typeof text !== 'string')
    throw new KeystepError('ERR_OPTION', 'expected a string or a Secret of one')
  return text
}
