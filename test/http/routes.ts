import type { RouteName } from 'keystep/http'
import { ROUTES } from '../../src/http/contract.ts'

interface RouteUnderTest {
  name: RouteName
  method: string
  path: string
  session: 'none' | 'optional' | 'required'
  fields: Readonly<Record<string, string>>
}

/** Every route of the table. */
export const routes = (Object.keys(ROUTES) as RouteName[]).map((name): RouteUnderTest => {
  const [method = '', path = ''] = name.split(' ')
  return { name, method, path, session: ROUTES[name].session, fields: ROUTES[name].body }
})

const filled: Record<string, unknown> = {
  challenge: 'ksc_x',
  code: '123456',
  factor: 'totp',
  rememberDevice: { label: 'x' },
  purpose: 'dns.change',
  permit: 'ksp_x',
  account: 'ada',
  label: 'x',
  enrollment: 'kse_x',
  to: 'primary',
  number: '+4915112345678',
  backup: true,
  factorId: 'x',
  deviceId: 'x',
}

/** A body that passes every check of shape, and opens nothing. */
export function bodyOf(name: RouteName): Record<string, unknown> {
  return Object.fromEntries(Object.keys(ROUTES[name].body).map((field) => [field, filled[field]]))
}
