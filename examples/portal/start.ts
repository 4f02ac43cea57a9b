import type { AddressInfo } from 'node:net'
import { serve, type ServerType } from '@hono/node-server'
import { createApp } from './app.ts'
import type { Configuration } from './configuration.ts'
import { addDemoAccounts } from './demo-accounts.ts'
import { createPanel } from './panel/app.ts'
import { openPortal } from './portal.ts'

export interface Started {
  readonly origin: string
  readonly panelOrigin: string
  close(): Promise<void>
}

/** Starts the portal and the control panel on 127.0.0.1; `now` is for tests. */
export async function startPortal(
  configuration: Configuration,
  { now = () => new Date() }: { now?: () => Date } = {},
): Promise<Started> {
  const { portal, panel, close: closeEngines } = await openPortal(configuration, now)
  // A wrong keyring stops here, and not at the first login.
  await portal.twoFactor.maintenance.checkKeyring()
  await addDemoAccounts(portal)
  const panelServer = await listen(
    createPanel(panel, () => configuration.publicOrigin ?? originOf(server)),
    configuration.panelPort,
  )
  const panelOrigin = configuration.panelOrigin ?? originOf(panelServer)
  const server: ServerType = await listen(
    createApp({ ...portal, configuration: { ...configuration, panelOrigin } }),
    configuration.port,
  )
  return {
    origin: originOf(server),
    panelOrigin,
    close: async () => {
      await Promise.all([end(server), end(panelServer)])
      await closeEngines()
    },
  }
}

function listen(
  { fetch }: { fetch: (request: Request, env: object) => Response | Promise<Response> },
  port: number,
): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, port, hostname: '127.0.0.1' }, () => {
      resolve(server)
    })
    server.on('error', reject)
  })
}

function originOf(server: ServerType): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function end(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    // Browsers keep connections open.
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
}
