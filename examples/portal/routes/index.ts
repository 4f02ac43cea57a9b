import type { Hono } from 'hono'
import type { Portal } from '../portal.ts'
import type { PortalEnv } from '../visit.ts'
import { code } from './code.ts'
import { dns } from './dns.ts'
import { enroll } from './enroll.ts'
import { enrollNumber } from './enroll-number.ts'
import { help } from './help.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { outbox } from './outbox.ts'
import { overview } from './overview.ts'
import { phone } from './phone.ts'
import { confirmPassword } from './security/confirm-password.ts'
import { enable } from './security/enable.ts'
import { own } from './security/own.ts'
import { password } from './security/password.ts'
import { security } from './security/security.ts'
import { sms } from './security/sms.ts'
import { verify } from './security/verify.ts'
import { signUp } from './sign-up.ts'
import { support } from './support.ts'
import { team } from './team.ts'

export type RouteMaker = (portal: Portal) => Hono<PortalEnv>

/** For everybody. `c.var.visitor` is who is logged in, or null. */
export const publicRoutes: readonly RouteMaker[] = [
  signUp,
  login,
  code,
  enroll,
  enrollNumber,
  logout,
  help,
  phone,
  outbox,
]

/** Behind the gate: `c.var.member` is who is logged in. */
export const memberRoutes: readonly RouteMaker[] = [
  overview,
  security,
  enable,
  own,
  verify,
  confirmPassword,
  sms,
  password,
  team,
  dns,
  support,
]
