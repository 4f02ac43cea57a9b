import { isWellFormed } from '../crypto/frame.ts'
import type { FactorKind } from '../record/events.ts'
import { ENROLL } from '../tokens/permit.ts'

/** What the fields of request bodies hold, by the name of the kind. */
export interface FieldTypes {
  /** A challenge, permit or enrollment: at most 8,192 characters. */
  token: string
  /** What a user typed: at most 256 characters. */
  code: string
  /** However long a user agent is: keystep cuts it to 64 characters. An empty one is none. */
  label: string
  /** A label that is not empty. */
  name: string
  /** A factor's or device's id: 1 to 64 characters. */
  id: string
  /** A phone number as typed: at most 64 characters. */
  phone: string
  /** 1 to 64 characters, and not one that keystep keeps for itself. */
  purpose: string
  /** 1 to 128 characters, not all white space, without a colon and without control characters. */
  account: string
  factor: FactorKind
  role: 'primary' | 'backup'
  flag: boolean
  device: { label: string }
}

/** A kind of field, with `?` where it may be left out. */
export type FieldKind = keyof FieldTypes | `${keyof FieldTypes}?`

/** The fields of a request body. Anything else in it is refused. */
export type BodyShape = Readonly<Record<string, FieldKind>>

type KindOf<T> = {
  [K in keyof FieldTypes]: [T, FieldTypes[K]] extends [FieldTypes[K], T] ? K : never
}[keyof FieldTypes]

/**
 * The shapes that a body of some type may be declared with: a kind of its type for every field,
 * with `?` for those that may be left out.
 */
export type ShapeOf<B> = {
  readonly [K in keyof B]-?: undefined extends B[K]
    ? `${KindOf<Exclude<B[K], undefined>>}?`
    : KindOf<B[K]>
}

const checks: { readonly [K in keyof FieldTypes]: (value: unknown) => boolean } = {
  token: (value) => isTextOf(value, 0, 8192),
  code: (value) => isTextOf(value, 0, 256),
  label: isLabel,
  name: (value) => value !== '' && isLabel(value),
  id: (value) => isTextOf(value, 1, 64),
  phone: (value) => isTextOf(value, 0, 64),
  purpose: (value) => isTextOf(value, 1, 64) && value !== ENROLL,
  account: (value) => isTextOf(value, 1, 128) && value.trim() !== '' && !/[:\p{Cc}]/u.test(value),
  factor: (value) =>
    value === 'totp' || value === 'sms' || value === 'backup_code' || value === 'support_code',
  role: (value) => value === 'primary' || value === 'backup',
  flag: (value) => typeof value === 'boolean',
  device: (value) =>
    isObject(value) && Object.keys(value).join() === 'label' && isLabel(value['label']),
}

/**
 * The body of a request, when it holds all that the shape asks for and nothing else; or null. What
 * is returned is a new object that has the shape's own fields alone, so that no name of a
 * prototype, known or unknown, gets any further (`__proto__`, `constructor`).
 */
export function parseBody(
  shape: BodyShape,
  value: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | null {
  if (!Object.keys(value).every((name) => Object.hasOwn(shape, name))) return null
  const body: Record<string, unknown> = {}
  for (const [name, kind] of Object.entries(shape)) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined
    if (given === undefined && kind.endsWith('?')) continue
    if (!checks[kind.replace('?', '') as keyof FieldTypes](given)) return null
    body[name] = given
  }
  return body
}

/** Whether a value is an object that JSON wrote with braces. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTextOf(value: unknown, least: number, most: number): value is string {
  return (
    typeof value === 'string' &&
    value.length >= least &&
    value.length <= most &&
    isWellFormed(value)
  )
}

function isLabel(value: unknown): boolean {
  return isTextOf(value, 0, Infinity)
}
