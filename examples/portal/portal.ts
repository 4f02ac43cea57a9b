import type { TwoFactor } from 'keystep'
import type { Configuration } from './configuration.ts'
import { createData, type Data } from './data/data.ts'
import { openDatabase } from './data/database.ts'
import { portalFrame } from './pages/frame.ts'
import type { Frame } from './pages/layout.ts'
import { panelFrame } from './panel/frame.ts'
import { openRecords } from './records.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createPortalTwoFactor } from './two-factor.ts'
import type { Visit } from './visit.ts'

/** What every page of the portal is given. */
export interface Portal {
  readonly configuration: Configuration
  readonly twoFactor: TwoFactor
  readonly data: Data
  readonly sessions: Sessions
  readonly now: () => Date
  /** How the world reaches this application where a proxy stands in front; null: as it listens. */
  readonly publicOrigin: string | null
  /** What stands around every page. */
  readonly frame: (c: Visit) => Frame
}

/** Both applications, over one set of engines; `close` closes them all. */
export interface Opened {
  readonly portal: Portal
  /** The control panel: sessions and a name of its own, everything else shared. */
  readonly panel: Portal
  readonly close: () => Promise<void>
}

/** What each application has for itself. */
interface Own extends Pick<Portal, 'publicOrigin' | 'frame'> {
  name: string
  cookie: string
  issuer: string
}

export async function openPortal(configuration: Configuration, now: () => Date): Promise<Opened> {
  const { database, store: besideTables } = await openDatabase(configuration)
  const { store, close } = await openRecords(configuration, besideTables)
  const data = createData(database)
  const application = ({ name, cookie, issuer, publicOrigin, frame }: Own): Portal => {
    const own = { issuer, publicOrigin, configuration, store, data, now }
    const twoFactor = createPortalTwoFactor(own)
    const sessions = createSessions({ data, twoFactor, now, application: name, cookie })
    return { configuration, data, now, publicOrigin, frame, sessions, twoFactor }
  }
  const { company, publicOrigin, panelOrigin } = configuration
  return {
    portal: application({
      name: 'portal',
      cookie: 'session',
      issuer: company,
      publicOrigin,
      frame: portalFrame,
    }),
    panel: application({
      name: 'panel',
      cookie: 'panel',
      issuer: `${company} Control Panel`,
      publicOrigin: panelOrigin,
      frame: panelFrame,
    }),
    close: async () => {
      await close()
      await database.close()
    },
  }
}
