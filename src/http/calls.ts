import type { Call } from './call.ts'
import { changeCalls } from './change-calls.ts'
import type { RouteName } from './bodies.ts'
import { enrollCalls } from './enroll-calls.ts'
import { loginCalls } from './login-calls.ts'
import { stepUpCalls } from './step-up-calls.ts'

/**
 * One call per route, by the same names as the table of routes; a route without one does not
 * compile.
 */
export const CALLS: { readonly [R in RouteName]: Call<R> } = {
  ...loginCalls,
  ...stepUpCalls,
  ...enrollCalls,
  ...changeCalls,
}
