import { Secret } from 'keystep'

/** Stands in every hostile value: no message may carry it. */
export const MARK = 'zQ7markPz'

/** Values that somebody passes by mistake or malice, each with the mark in it somewhere. */
export function hostileValues(): unknown[] {
  return [
    MARK,
    `${MARK}\ud800`,
    `ada@${MARK}.example`,
    MARK.repeat(1000),
    `ksp_${MARK}.${MARK}.${MARK}`,
    `ksc_${MARK}`,
    `otpauth://totp/${MARK}?secret=${MARK}`,
    `${MARK}:${MARK}`,
    `\u0000${MARK}\n`,
    [MARK],
    [[MARK]],
    { [MARK]: MARK },
    { toString: () => MARK, valueOf: () => MARK, toJSON: () => MARK, length: 3 },
    Object.assign(new Date(NaN), { [MARK]: MARK }),
    new Secret(MARK),
    new Secret({ [MARK]: MARK }),
    new TextEncoder().encode(MARK),
    Symbol(MARK),
    new Error(MARK),
    new Map([[MARK, MARK]]),
    Object.create(null),
    null,
    undefined,
    true,
    NaN,
    -1,
    0.5,
    Infinity,
    10n ** 30n,
    '',
  ]
}

/**
 * A call with good arguments: what they are is the caller's business, that it is made with them is
 * checked.
 */
export interface Door {
  readonly name: string
  readonly args: readonly unknown[]
  readonly call: (...args: never[]) => unknown
}

/**
 * Every place in arguments where a value can stand, as a path of keys. Instances of classes are
 * values, not places.
 */
export function placesIn(
  value: unknown,
  path: readonly (string | number)[] = [],
): (readonly (string | number)[])[] {
  const own = path.length === 0 ? [] : [path]
  if (!isPlain(value)) return own
  return [
    ...own,
    ...Object.keys(value).flatMap((key) =>
      placesIn((value as Record<string, unknown>)[key], [...path, key]),
    ),
  ]
}

/** The arguments with another value at one place. */
export function withValueAt(
  value: unknown,
  [key, ...rest]: readonly (string | number)[],
  put: unknown,
): unknown {
  if (key === undefined) return put
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? ([...(value as unknown[])] as never)
    : { ...(value as object) }
  copy[key] = withValueAt(copy[key], rest, put)
  return copy
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
}

/** What a call throws or rejects with, or undefined. */
export async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error ?? new Error('something empty was thrown')
  }
  return undefined
}

/** Message, stack and properties of an error and of its causes. */
export function textOfError(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const own = Object.entries(error).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : ''}`,
  )
  return [error.message, error.stack, ...own, textOfError(error.cause)].join('\n')
}
