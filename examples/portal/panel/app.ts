import type { Hono } from 'hono'
import { entrance } from '../entrance.ts'
import type { Portal } from '../portal.ts'
import { help } from '../routes/help.ts'
import { logout } from '../routes/logout.ts'
import type { PortalEnv } from '../visit.ts'
import { code } from './code.ts'
import { home } from './home.ts'
import { login } from './login.ts'

/**
 * The control panel of the servers: a second application with sessions of its own. Store, keyring
 * and realm are those of the portal, so whoever enrolled there types the same codes here, each of
 * them once. `portalOrigin` is where second factors are managed.
 */
export function createPanel(panel: Portal, portalOrigin: () => string): Hono<PortalEnv> {
  const app = entrance(panel)
  for (const route of [
    login(panel, portalOrigin),
    code(panel),
    logout(panel),
    help(panel),
    home(panel, portalOrigin),
  ])
    app.route('/', route)
  return app
}
