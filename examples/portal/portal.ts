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

/** The portal's engines, opened; `close` closes them all. */
export async function openPortal(configuration: Configuration, now: () => Date): Promise<{ portal: Portal; close: () => Promise<void> }> {
  const { database, store: besideTables } = await openDatabase(configuration)
  const { store, close } = await openRecords(configuration, besideTables)
  const data = createData(database)
  const sessions = createSessions({ data, now, application: 'portal', cookie: 'session' })
  const twoFactor = createPortalTwoFactor({ configuration, store, data, now })
  return {
    portal: { configuration, twoFactor, data, sessions, now },
    close: async () => {
      await close()
      await database.close()
    },
  }
}
