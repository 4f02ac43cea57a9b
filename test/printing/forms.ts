// Printing carelessly is what this file is for.
/*
 * eslint-disable @typescript-eslint/no-base-to-string,
 * @typescript-eslint/restrict-template-expressions
 */
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { format, inspect, type InspectOptions } from 'node:util'
import { serialize } from 'node:v8'
import { expect } from 'vitest'

const INSPECT_OPTIONS: Record<string, InspectOptions> = {
  'plain': {},
  'showHidden, any depth': {
    showHidden: true,
    depth: Infinity,
    maxArrayLength: null,
    maxStringLength: null,
  },
  'without custom inspect': {
    customInspect: false,
    showHidden: true,
    depth: Infinity,
    maxArrayLength: null,
  },
  'getters called': { getters: true, showHidden: true, depth: Infinity },
  'proxies': { showProxy: true, showHidden: true, depth: Infinity },
}

/**
 * Everything that a careless line of code may print of a value, by the name of the carelessness.
 */
export function printedForms(value: object): Record<string, string> {
  const forms: Record<string, () => string> = {
    'template string': () => `${value}`,
    'String()': () => String(value),
    'concatenation': () => '' + value,
    'toLocaleString': () => value.toLocaleString(),
    'JSON.stringify': () => JSON.stringify(value) + JSON.stringify({ nested: [value] }, null, 2),
    'spread': () => show({ ...value }),
    'Object.assign': () => show(Object.assign({}, value)),
    'entries': () => show(Object.entries(value)),
    'for in': () => show(forIn(value)),
    'structuredClone': () => show(structuredClone(value)),
    'structuredClone nested': () => show(structuredClone({ value: [value] })),
    'v8.serialize': () => serialize(value).toString('latin1'),
    'console.log': () => logged(value),
    'util.format': () => format('%s %o %O %j %i', value, value, value, value, value),
    'error message': () => thrown(new Error(`failed for ${value}`)),
    'error cause': () => thrown(new Error('failed', { cause: value })),
    'thrown itself': () => thrown(value),
    'failed assertion': () => failedAssertion(value),
    'URLSearchParams': () => new URLSearchParams({ value: String(value) }).toString(),
    'property names': () => show(Reflect.ownKeys(value)),
    'everything reachable': () => reachable(value).join('\n'),
  }
  for (const [name, options] of Object.entries(INSPECT_OPTIONS)) {
    forms[`inspect: ${name}`] = () =>
      inspect(value, options) +
      inspect({ nested: [value], map: new Map([[value, value]]) }, options)
  }
  return Object.fromEntries(
    Object.entries(forms).map(([name, print]) => [name, printOrError(print)]),
  )
}

/** A refusal to print is fine, as long as it does not print in refusing. */
function printOrError(print: () => string): string {
  try {
    return print()
  } catch (error) {
    return thrown(error)
  }
}

function show(value: unknown): string {
  return inspect(value, {
    showHidden: true,
    depth: Infinity,
    maxArrayLength: null,
    customInspect: false,
  })
}

function thrown(error: unknown): string {
  const { message, stack, cause } = error as Error
  return [
    message,
    stack,
    inspect(cause, { showHidden: true, depth: Infinity }),
    show(error),
    JSON.stringify(error),
  ].join('\n')
}

function failedAssertion(value: unknown): string {
  try {
    expect({ value }).toEqual({ value: 1 })
  } catch (error) {
    const { diff, actual } = error as { diff?: string; actual?: unknown }
    return [thrown(error), diff, actual].join('\n')
  }
  throw new Error('the assertion did not fail')
}

function forIn(value: object): unknown[] {
  const seen: unknown[] = []
  for (const name in value) seen.push(name, (value as Record<string, unknown>)[name])
  return seen
}

function logged(value: unknown): string {
  let text = ''
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      text += chunk.toString()
      done()
    },
  })
  const console = new Console(stream, stream)
  console.log(value)
  console.error('failed', { value })
  console.dir(value, { showHidden: true, depth: null })
  console.table([value])
  return text
}

/**
 * The text of everything that properties lead to, own and inherited, hidden and computed; methods
 * are not called.
 */
export function reachable(root: object): string[] {
  const seen = new Set<unknown>([Object.prototype, Function.prototype])
  const found: string[] = []
  const visit = (value: unknown, receiver: unknown): void => {
    if (typeof value !== 'object' || value === null) {
      if (typeof value !== 'function' && value !== undefined) found.push(String(value))
      return
    }
    if (seen.has(value)) return
    seen.add(value)
    if (ArrayBuffer.isView(value)) found.push(show(value))
    if (value instanceof Map || value instanceof Set) found.push(show(value))
    for (const key of Reflect.ownKeys(value)) {
      found.push(String(key))
      const { value: held, get } = Object.getOwnPropertyDescriptor(value, key)!
      try {
        visit(get ? get.call(receiver) : held, held)
      } catch {
        // A getter that refuses shows nothing.
      }
    }
    visit(Object.getPrototypeOf(value), receiver)
  }
  visit(root, root)
  return found
}
