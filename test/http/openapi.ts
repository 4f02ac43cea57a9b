import { readFileSync } from 'node:fs'

export interface Schema {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  oneOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean
  items?: Schema
  maxItems?: number
  minLength?: number
  maxLength?: number
  minimum?: number
  pattern?: string
  format?: string
  description?: string
}

export interface Described {
  $ref?: string
  description?: string
  headers?: Record<string, { required?: boolean; schema?: Schema; $ref?: string }>
  content?: Record<string, { schema: Schema }>
}

export interface Operation {
  operationId: string
  security: Record<string, string[]>[]
  requestBody?: Described
  responses: Record<string, Described>
}

interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema>; responses: Record<string, Described> }
}

export const openapi = JSON.parse(
  readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'),
) as Document

/** What a `$ref` within the document stands for. */
export function resolve<T extends { $ref?: string }>(part: T): T {
  if (part.$ref === undefined) return part
  const found = part.$ref
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], openapi)
  if (found === undefined) throw new Error(`${part.$ref} leads nowhere`)
  return found as T
}

/**
 * Where a value is not as the schema says; empty when it is. Knows the words that the document
 * uses, and refuses others.
 */
export function mismatches(schema: Schema, value: unknown, at = '$'): string[] {
  const {
    type,
    const: constant,
    enum: allowed,
    oneOf,
    properties,
    required = [],
    additionalProperties,
    items,
    ...limits
  } = resolve(schema)
  const { maxItems, minLength, maxLength, minimum, pattern, format, ...others } = limits
  const unknown = Object.keys(others).filter((word) => word !== 'description')
  if (unknown.length > 0) throw new Error(`unknown words at ${at}: ${unknown.join()}`)
  if (oneOf) {
    const fitting = oneOf.filter((one) => mismatches(one, value, at).length === 0)
    return fitting.length === 1 ? [] : [`${at}: fits ${fitting.length} of ${oneOf.length}`]
  }
  if (constant !== undefined)
    return value === constant ? [] : [`${at}: is not ${JSON.stringify(constant)}`]
  if (allowed) return allowed.includes(value) ? [] : [`${at}: is none of the ${allowed.length}`]
  const kind = kindOf(value)
  const kinds = type === undefined ? [] : [type].flat()
  if (!kinds.includes(kind)) return [`${at}: is ${kind}, not ${kinds.join(' or ')}`]
  if (typeof value === 'string') {
    const fits =
      value.length >= (minLength ?? 0) &&
      value.length <= (maxLength ?? Infinity) &&
      new RegExp(pattern ?? '').test(value)
    const isDate = format !== 'date-time' || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)
    return fits && isDate ? [] : [`${at}: is another string`]
  }
  if (typeof value === 'number')
    return value >= (minimum ?? -Infinity) ? [] : [`${at}: is too small`]
  if (Array.isArray(value)) {
    const many = value.length > (maxItems ?? Infinity) ? [`${at}: is too long`] : []
    return [
      ...many,
      ...value.flatMap((one, index) => mismatches(items ?? {}, one, `${at}[${index}]`)),
    ]
  }
  if (kind !== 'object') return []
  const fields = value as Record<string, unknown>
  const missing = required
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) => `${at}.${name}: is missing`)
  return [
    ...missing,
    ...Object.entries(fields).flatMap(([name, field]) => {
      const known = properties && Object.hasOwn(properties, name) ? properties[name] : undefined
      if (known) return mismatches(known, field, `${at}.${name}`)
      return additionalProperties === false ? [`${at}.${name}: is unknown`] : []
    }),
  ]
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

/** What responses may carry; a header that is not here would be a way out for what no body says. */
const HEADERS = [
  'allow',
  'cache-control',
  'content-type',
  'retry-after',
  'set-cookie',
  'x-content-type-options',
]

/**
 * Whether a response of a route is one that the document describes. Routes that are none answer 404
 * or 405.
 */
export function undocumented(
  method: string,
  path: string,
  response: { status: number; headers: Headers; body: unknown },
): string[] {
  const strange = [...response.headers.keys()].filter((name) => !HEADERS.includes(name))
  if (strange.length > 0) return [`${method} ${path}: says ${strange.join()}`]
  const operation = openapi.paths[path]?.[method.toLowerCase()]
  if (!operation) {
    const methods = Object.keys(openapi.paths[path] ?? {}).map((one) => one.toUpperCase())
    const expected = methods.length === 0 ? { error: 'not_found' } : { error: 'method_not_allowed' }
    const isAsSaid =
      JSON.stringify(response.body) === JSON.stringify(expected) &&
      response.headers.get('allow') === (methods.join(', ') || null)
    return isAsSaid && response.status === (methods.length === 0 ? 404 : 405)
      ? []
      : [`${method} ${path}: ${response.status} for no route`]
  }
  const described = operation.responses[String(response.status)]
  if (!described) return [`${method} ${path}: ${response.status} is not documented`]
  const { headers, content } = resolve(described)
  const noStore =
    response.headers.get('cache-control') === 'no-store' && headers?.['Cache-Control']
      ? []
      : [`${method} ${path}: may be stored`]
  const cookies =
    response.headers.has('set-cookie') && !headers?.['Set-Cookie']
      ? [`${method} ${path}: sets cookies`]
      : []
  const retry =
    response.headers.has('retry-after') && !headers?.['Retry-After']
      ? [`${method} ${path}: says Retry-After`]
      : []
  return [
    ...noStore,
    ...cookies,
    ...retry,
    ...mismatches(
      content!['application/json']!.schema,
      response.body,
      `${method} ${path} ${response.status}`,
    ),
  ]
}
