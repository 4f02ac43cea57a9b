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

export async function openPortal(configuration: Configuration, now: () => Date): Promise<Opened> {
  const { database, store: besideTables } = await openDatabase(configuration)
  const { store, close } = await openRecords(configuration, besideTables)
  const data = createData(database)
  const application = ({ name, cookie, issuer, frame }: { name: string; cookie: string; issuer: string; frame: Portal['frame'] }): Portal => ({
    configuration,
    data,
    now,
    frame,
    sessions: createSessions({ data, now, application: name, cookie }),
    twoFactor: createPortalTwoFactor({ issuer, configuration, store, data, now }),
  })
  const { company } = configuration
  return {
    portal: application({ name: 'portal', cookie: 'session', issuer: company, frame: portalFrame }),
    panel: application({ name: 'panel', cookie: 'panel', issuer: `${company} Control Panel`, frame: panelFrame }),
    close: async () => {
      await close()
      await database.close()
    },
  }
}
