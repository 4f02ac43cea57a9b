import type { RouteAnswers, RouteBodies, RouteName } from 'keystep/http'
import { describe, expect, it } from 'vitest'
import { answerResponse } from '../../src/http/responses.ts'
import {
  mismatches,
  openapi,
  type Operation,
  resolve,
  type Schema,
  undocumented,
} from './openapi.ts'
import { routes } from './routes.ts'

const text = (limits: Partial<Schema>): Schema => ({ type: 'string', ...limits })

/** What each kind of field is in JSON Schema. */
const fieldSchemas: Record<string, Schema> = {
  token: text({ maxLength: 8192 }),
  code: text({ maxLength: 256 }),
  label: text({}),
  name: text({ minLength: 1 }),
  id: text({ minLength: 1, maxLength: 64 }),
  phone: text({ maxLength: 64 }),
  purpose: text({ minLength: 1, maxLength: 64 }),
  account: text({ minLength: 1, maxLength: 128, pattern: '^[^:]*[^:\\s][^:]*$' }),
  factor: { enum: ['totp', 'sms', 'backup_code', 'support_code'] },
  role: { enum: ['primary', 'backup'] },
  flag: { type: 'boolean' },
  device: {
    type: 'object',
    properties: { label: text({}) },
    required: ['label'],
    additionalProperties: false,
  },
}

type ReasonOf<R extends RouteName> = RouteAnswers[R] extends infer A
  ? A extends { reason: infer X extends string }
    ? X
    : never
  : never
/**
 * The reasons of each route, as the types have them: a reason too many or too few does not compile.
 */
const reasons: { [R in RouteName]: Record<ReasonOf<R>, true> } = {
  'GET /status': {},
  'POST /login/verify': {
    wrong_code: true,
    already_used: true,
    locked: true,
    exhausted: true,
    expired: true,
    malformed_code: true,
    factor_unavailable: true,
  },
  'POST /step-up/begin': {},
  'POST /step-up/verify': {
    wrong_code: true,
    already_used: true,
    locked: true,
    exhausted: true,
    expired: true,
    malformed_code: true,
    factor_unavailable: true,
  },
  'POST /totp/enroll': { expired: true, limit_reached: true },
  'POST /totp/pending': { expired: true },
  'POST /totp/confirm': {
    wrong_code: true,
    malformed_code: true,
    expired: true,
    already_used: true,
    limit_reached: true,
    clock_off: true,
  },
  'POST /sms/send': {
    too_soon: true,
    locked: true,
    exhausted: true,
    expired: true,
    factor_unavailable: true,
  },
  'POST /sms/enroll': {
    too_soon: true,
    locked: true,
    exhausted: true,
    expired: true,
    malformed_number: true,
    number_refused: true,
  },
  'POST /sms/confirm': {
    wrong_code: true,
    already_used: true,
    locked: true,
    exhausted: true,
    expired: true,
    malformed_code: true,
    factor_unavailable: true,
  },
  'POST /backup-codes/regenerate': { expired: true, not_found: true },
  'POST /factors/rename': { not_found: true },
  'POST /factors/remove': { expired: true, not_found: true, required: true },
  'POST /factors/remove-all': { expired: true, not_found: true, required: true },
  'POST /devices/revoke': { not_found: true },
  'POST /devices/revoke-all': {},
}

function operationOf(method: string, path: string): Operation {
  const operation = openapi.paths[path]?.[method.toLowerCase()]
  if (!operation) throw new Error(`${method} ${path} is not documented`)
  return operation
}

/** The schemas that a status of an operation may be answered with. */
function schemasOf(operation: Operation, status: string): Schema[] {
  const { schema } = resolve(operation.responses[status]!).content!['application/json']!
  return (schema.oneOf ?? [schema]).map(resolve)
}

describe('docs/openapi.json', () => {
  it('is OpenAPI 3.1 and describes the routes of the handler, no more and no fewer', () => {
    expect(openapi.openapi).toBe('3.1.0')
    const documented = Object.entries(openapi.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(documented.sort()).toEqual(routes.map(({ name }) => name).sort())
  })

  it.each(routes)(
    '$name: the body has the fields of the handler, and none beside them',
    ({ method, path, fields }) => {
      const { requestBody, security } = operationOf(method, path)
      if (method === 'GET') {
        expect(requestBody).toBeUndefined()
        return
      }
      const { properties, required, additionalProperties } =
        requestBody!.content!['application/json']!.schema
      expect(properties).toEqual(
        Object.fromEntries(
          Object.entries(fields).map(([name, kind]) => [name, fieldSchemas[kind.replace('?', '')]]),
        ),
      )
      expect(required).toEqual(Object.keys(fields).filter((name) => !fields[name]!.endsWith('?')))
      expect(additionalProperties).toBe(false)
      expect(security.some((one) => 'challenge' in one)).toBe(fields['challenge'] === 'token?')
    },
  )

  it.each(routes)(
    '$name: sessions, errors and reasons are those of the handler, each at its status',
    ({ name, method, path, session }) => {
      const operation = operationOf(method, path)
      const sessions = { none: [{}], optional: [{}, { session: [] }], required: [{ session: [] }] }[
        session
      ]
      expect(operation.security.filter((one) => !('challenge' in one))).toEqual(sessions)
      expect('401' in operation.responses).toBe(session === 'required')
      const found: Record<string, true> = {}
      for (const status of Object.keys(operation.responses).filter((one) => one !== '200')) {
        for (const { properties } of schemasOf(operation, status)) {
          const reason = properties?.['reason']?.const
          if (typeof reason !== 'string') continue
          expect(answerResponse({ outcome: 'rejected', reason }).status).toBe(Number(status))
          found[reason] = true
        }
      }
      expect(found).toEqual(reasons[name])
    },
  )

  it('every reference leads somewhere, and every shared part is used', () => {
    const source = JSON.stringify(openapi)
    const used = new Set([...source.matchAll(/"\$ref":"([^"]+)"/g)].map(([, to = '']) => to))
    for (const $ref of used) expect(resolve({ $ref })).toBeTypeOf('object')
    const parts = ['schemas', 'responses', 'headers'].flatMap((kind) =>
      Object.keys((openapi.components as unknown as Record<string, object>)[kind]!).map(
        (part) => `#/components/${kind}/${part}`,
      ),
    )
    expect(parts.filter((part) => !used.has(part))).toEqual([])
  })

  it('the types of bodies are those of the table', () => {
    const body: RouteBodies['POST /login/verify'] = {
      code: '1',
      factor: 'sms',
      rememberDevice: { label: 'x' },
    }
    expect(
      mismatches(
        operationOf('POST', '/login/verify').requestBody!.content!['application/json']!.schema,
        body,
      ),
    ).toEqual([])
  })
})

describe('the check is seen to fail', () => {
  const headers = new Headers({ 'cache-control': 'no-store' })
  it.each([
    ['a field too many', '/factors/rename', 200, { outcome: 'accepted', secret: 'x' }],
    ['a field too few', '/factors/remove', 200, { outcome: 'accepted' }],
    [
      'a reason at another status',
      '/factors/rename',
      200,
      { outcome: 'rejected', reason: 'not_found' },
    ],
    [
      'a reason that the route has not',
      '/devices/revoke',
      404,
      { outcome: 'rejected', reason: 'expired' },
    ],
    ['an undocumented status', '/factors/rename', 500, {}],
    [
      'an instant that is none',
      '/step-up/verify',
      429,
      { outcome: 'rejected', reason: 'locked', retryAt: 'soon' },
    ],
    ['a number below the least', '/devices/revoke-all', 200, { outcome: 'accepted', revoked: -1 }],
  ])('%s', (_, path, status, body) => {
    expect(undocumented('POST', path, { status, headers, body })).not.toEqual([])
  })

  it('a response that may be stored, and an unknown route that is answered', () => {
    expect(
      undocumented('POST', '/factors/rename', {
        status: 200,
        headers: new Headers(),
        body: { outcome: 'accepted' },
      }),
    ).toHaveLength(1)
    expect(undocumented('POST', '/nope', { status: 200, headers, body: {} })).toHaveLength(1)
    expect(
      undocumented('PUT', '/factors/rename', {
        status: 405,
        headers,
        body: { error: 'method_not_allowed' },
      }),
    ).toHaveLength(1)
  })
})
