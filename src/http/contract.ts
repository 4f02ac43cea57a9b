import type { RouteBodies, RouteName } from './bodies.ts'
import type { ShapeOf } from './fields.ts'

/**
 * Whether a route asks for a session: `optional` ones go by what they are shown (a challenge,
 * permit or enrollment) and its session, if any.
 */
export type SessionTerm = 'none' | 'optional' | 'required'

/**
 * Every route: method and path, who may call it, and its body. The path of a call is the path of
 * its route: `twoFactor.factors.removeAll` is `POST /factors/remove-all`. Handler, client and the
 * OpenAPI file are held against this table.
 */
export const ROUTES = {
  'GET /status': { session: 'required', body: {} },
  'POST /login/verify': {
    session: 'none',
    body: { challenge: 'token?', code: 'code', factor: 'factor?', rememberDevice: 'device?' },
  },
  'POST /step-up/begin': { session: 'required', body: { purpose: 'purpose' } },
  'POST /step-up/verify': {
    session: 'required',
    body: { challenge: 'token', code: 'code', factor: 'factor?' },
  },
  'POST /totp/enroll': {
    session: 'optional',
    body: { permit: 'token', account: 'account?', label: 'label?' },
  },
  'POST /totp/pending': { session: 'optional', body: { enrollment: 'token' } },
  'POST /totp/confirm': {
    session: 'optional',
    body: { enrollment: 'token', code: 'code', label: 'label?' },
  },
  'POST /sms/send': { session: 'optional', body: { challenge: 'token?', to: 'role?' } },
  'POST /sms/enroll': {
    session: 'optional',
    body: { permit: 'token', number: 'phone', backup: 'flag?' },
  },
  'POST /sms/confirm': { session: 'optional', body: { enrollment: 'token', code: 'code' } },
  'POST /backup-codes/regenerate': { session: 'required', body: { permit: 'token' } },
  'POST /factors/rename': { session: 'required', body: { factorId: 'id', label: 'name' } },
  'POST /factors/remove': { session: 'required', body: { permit: 'token', factorId: 'id' } },
  'POST /factors/remove-all': { session: 'required', body: { permit: 'token' } },
  'POST /devices/revoke': { session: 'required', body: { deviceId: 'id' } },
  'POST /devices/revoke-all': { session: 'required', body: {} },
} as const satisfies {
  readonly [R in RouteName]: {
    readonly session: SessionTerm
    readonly body: ShapeOf<RouteBodies[R]>
  }
}

/** The session term of a route. */
export type RouteSession<R extends RouteName> = (typeof ROUTES)[R]['session']
