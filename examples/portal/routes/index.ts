import type { Hono } from 'hono'
import type { Portal } from '../portal.ts'
import type { PortalEnv } from '../visit.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { overview } from './overview.ts'
import { signUp } from './sign-up.ts'

export type RouteMaker = (portal: Portal) => Hono<PortalEnv>

/** For everybody. `c.var.visitor` is who is logged in, or null. */
export const publicRoutes: readonly RouteMaker[] = [signUp, login, logout]

/** Behind the gate: `c.var.member` is who is logged in. */
export const memberRoutes: readonly RouteMaker[] = [overview]
