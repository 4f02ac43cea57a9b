import type { TwoFactor } from 'keystep'
import type { Configuration } from './configuration.ts'
import { createData, type Data } from './data/data.ts'
import { openDatabase } from './data/database.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { openRecords } from './records.ts'
import { createPortalTwoFactor } from './two-factor.ts'

/** What every page of the portal is given. */
export interface Portal {
  readonly configuration: Configuration
  readonly twoFactor: TwoFactor
  readonly data: Data
  readonly sessions: Sessions
  readonly now: () => Date
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
  const application = (name: string, issuer: string, cookie: string): Portal => ({
    configuration,
    data,
    now,
    sessions: createSessions({ data, now, application: name, cookie }),
    twoFactor: createPortalTwoFactor({ issuer, configuration, store, data, now }),
  })
  return {
    portal: application('portal', configuration.company, 'session'),
    panel: application('panel', `${configuration.company} Control Panel`, 'panel'),
    close: async () => {
      await close()
      await database.close()
    },
  }
}
