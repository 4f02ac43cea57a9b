import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { bodyOf, routes } from './routes.ts'

/**
 * What an attacker may put into a field: the names of true pieces of the running portal, or
 * anything at all.
 */
export type Piece = { piece: string } | { value: unknown }

export interface Hostile {
  method: string
  path: string
  headers: Record<string, string>
  /** Which user's browser sends it; -1: nobody's. */
  from: number
  payload: (resolve: (name: string) => string) => string | Uint8Array<ArrayBuffer>
}

/** Names of true pieces, which the portal under test fills in. */
export const PIECES = [
  'challenge',
  'stepUpChallenge',
  'permit',
  'enrollPermit',
  'enrollment',
  'smsEnrollment',
  'code',
  'backupCode',
  'smsCode',
  'factorId',
  'deviceToken',
  'sessionId',
] as const

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'toJSON',
  'then',
  'userId',
  'sessionId',
  'grant',
  'outcome',
]
const fields = [...new Set(routes.flatMap(({ fields: own }) => Object.keys(own)))]

const wild: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    '',
    '000000',
    '１２３４５６',
    "' OR 1=1 --",
    '<script>',
    '\ud800',
    '\u0000',
    '../../etc/passwd',
    '%00',
    'ksc_a.b.c',
    'ksp_a.1b.c',
    'kse_a.0.c',
    'ksd_a.b',
    '-1',
    '1e9',
    '{"$ne":null}',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.nat({ max: 30_000 }).map((length) => 'A'.repeat(length)),
  fc
    .integer({ min: 1, max: 2000 })
    .map((depth) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown),
  fc
    .constantFrom(...NAMES)
    .map((name) => JSON.parse(`{"${name}":{"admin":true,"label":"x"}}`) as unknown),
)
const piece = fc.constantFrom(...PIECES).map((name): Piece => ({ piece: name }))
const field = fc.oneof(
  { weight: 3, arbitrary: piece },
  { weight: 2, arbitrary: wild.map((value): Piece => ({ value })) },
)

/** Undefined, but once in `oneIn` times what is arbitrary. */
function seldom<T>(oneIn: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: oneIn - 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary },
  )
}

type Fill = (name: string) => string
const fill = (given: Piece, resolve: Fill): unknown =>
  'piece' in given ? resolve(given.piece) : given.value

/** The body of a route, some of its fields true, some false, some too many. */
const shaped = fc
  .record({
    route: fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...routes) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(...routes.filter(({ fields: own }) => 'code' in own)),
      },
    ),
    changes: fc.dictionary(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...fields) },
        { weight: 1, arbitrary: fc.constantFrom(...NAMES) },
      ),
      field,
      { maxKeys: 4 },
    ),
    truth: fc.nat({ max: 99 }),
    twice: seldom(6, fc.tuple(fc.constantFrom(...fields, ...NAMES), field)),
  })
  .map(({ route, changes, truth, twice }) => ({
    route,
    payload: (resolve: Fill): string => {
      const own = new Set(Object.keys(route.fields))
      const body = new Map(Object.entries(bodyOf(route.name)))
      // Half of all have nothing but true or half-true pieces, so that requests get past the check
      // of shapes and further in.
      for (const [name, given] of Object.entries(changes)) {
        if (truth < 20 || (own.has(name) && (truth < 50 || 'piece' in given)))
          body.set(name, fill(given, resolve))
      }
      if (truth >= 60)
        for (const name of own)
          if (['challenge', 'permit', 'enrollment', 'code', 'factorId'].includes(name))
            body.set(name, resolve(pieceFor(name, route.name, truth)))
      const pairs = [...body].map(
        ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
      )
      if (twice && truth < 60)
        pairs.push(`${JSON.stringify(twice[0])}:${JSON.stringify(fill(twice[1], resolve))}`)
      return `{${pairs.join()}}`
    },
  }))

function pieceFor(name: string, route: string, truth: number): string {
  if (name === 'challenge')
    return route === 'POST /step-up/verify' ? 'stepUpChallenge' : 'challenge'
  if (name === 'enrollment') return route.includes('/sms/') ? 'smsEnrollment' : 'enrollment'
  if (name === 'code')
    return truth < 65 ? 'backupCode' : truth < 70 ? 'smsCode' : truth < 94 ? 'wrongCode' : 'code'
  return name
}

/** Bytes that are no body of ours at all. */
const crooked: fc.Arbitrary<(text: string) => string | Uint8Array<ArrayBuffer>> = fc.oneof(
  fc
    .nat({ max: 99 })
    .map((percent) => (text: string) => text.slice(0, Math.floor((text.length * percent) / 100))),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => () => new Uint8Array(bytes)),
  fc.constant((text: string) => new Uint8Array(gzipSync(text))),
  fc.constant((text: string) => new Uint8Array(Buffer.from(text, 'utf16le'))),
  fc.constant((text: string) => `\ufeff${text}`),
  fc.constant((text: string) => `${text}${text}`),
  fc.constant((text: string) => text.replace(/"/g, "'")),
  fc.constant((text: string) => `[${text}]`),
  fc.nat({ max: 40_000 }).map((length) => (text: string) => text + ' '.repeat(length)),
  fc.constant((text: string) => '{"a":'.repeat(3000) + text),
  fc
    .constantFrom('', 'null', 'true', '1e999', '"x"', 'code=123456&permit=x', '<a/>')
    .map((text) => () => text),
)

const header = (...values: string[]): fc.Arbitrary<string | undefined> =>
  seldom(3, fc.constantFrom(...values))

/** One hostile request. Most aim at a route; the rest at its neighbors. */
export const hostile: fc.Arbitrary<Hostile> = fc
  .record({
    body: shaped,
    rude: fc.nat({ max: 3 }),
    crook: seldom(2, crooked),
    from: fc.integer({ min: -1, max: 2 }),
    method: seldom(
      8,
      fc.constantFrom(
        'GET',
        'POST',
        'PUT',
        'DELETE',
        'PATCH',
        'HEAD',
        'OPTIONS',
        'PROPFIND',
        'X-Y',
      ),
    ),
    path: seldom(
      8,
      fc.constantFrom(
        '/',
        '//',
        '/status/',
        '/Status',
        '/%2e%2e/admin',
        '/login/verify?x=1',
        '/constructor',
        '/__proto__',
        '/login/../status',
        '/\\status',
        '/status;a',
        '/status%00',
      ),
    ),
    type: seldom(
      8,
      fc.constantFrom(
        '',
        'text/plain',
        'application/json; charset=utf-16',
        'application/json; charset=utf-8',
        'multipart/form-data; boundary=x',
        'application/x-www-form-urlencoded',
      ),
    ),
    more: fc.record({
      'origin': header('https://evil.example', 'null', 'x', 'https://portal.example'),
      'sec-fetch-site': header('cross-site', 'same-site', 'same-origin', 'none', 'x'),
      'content-encoding': header('gzip', 'br', 'identity'),
      'content-length': header('0', '1', '999999999999', '-1', 'x'),
      'cookie': header(
        '__Host-challenge=',
        '__Host-challenge=ksp_x',
        '__Host-device=x; __Host-challenge=ksc_a.b.c',
        'session=; session=x',
        '='.repeat(4000),
      ),
      'x-http-method-override': header('GET', 'DELETE'),
      'user-agent': header('x'.repeat(5000), "é<script>'"),
    }),
  })
  .map(({ body: { route, payload }, rude, crook, from, method, path, type, more }): Hostile => {
    const headers = Object.fromEntries(
      Object.entries({ 'content-type': type ?? 'application/json', ...more }).filter(
        (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
      ),
    )
    // Headers that end a request early come with one in four, so that most requests get in.
    if (rude > 0)
      for (const name of [
        'origin',
        'sec-fetch-site',
        'content-encoding',
        'content-length',
        'cookie',
      ])
        Reflect.deleteProperty(headers, name)
    return {
      method: method ?? route.method,
      path: path ?? route.path,
      headers,
      from,
      payload: (resolve) => (crook && rude < 2 ? crook(payload(resolve)) : payload(resolve)),
    }
  })
