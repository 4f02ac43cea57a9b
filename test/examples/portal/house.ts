import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TwoFactor } from 'keystep'
import { type FakeClock, fakeClock } from 'keystep/testing'
import type { BrowserContextOptions } from 'playwright-core'
import { configurationFrom } from '../../../examples/portal/configuration.ts'
import { openPortal } from '../../../examples/portal/portal.ts'
import { type Started, startPortal } from '../../../examples/portal/start.ts'
import { type Accounts, accountsOf } from './accounts.ts'
import { startChromium } from './chromium.ts'
import { complaintsOf } from './console.ts'
import { Visitor } from './visitor.ts'

/** A portal, a browser, and a clock. */
export interface House {
  /** Moves when it is told to; the portal goes by it. */
  readonly clock: FakeClock
  readonly portal: Started
  readonly accounts: Accounts
  /** keystep over the same records, for what came before a test. */
  readonly twoFactor: TwoFactor
  /** A browser that was never here: no cookie, nothing remembered. */
  visitor(options?: BrowserContextOptions): Promise<Visitor>
}

export interface StartedHouse extends House {
  /** Closes all visitors' browsers, and tells what those complained of. */
  leave(): Promise<string[]>
  close(): Promise<void>
}

/** Starts the portal by its environment, on a clock of its own, and a Chromium. */
export async function startHouse(
  environment: Readonly<Record<string, string>> = {},
): Promise<StartedHouse> {
  const clock = fakeClock('2027-03-01T09:30:00Z')
  const folder = mkdtempSync(join(tmpdir(), 'keystep-portal-'))
  const configuration = configurationFrom({
    PORT: '0',
    PORTAL_DATABASE: join(folder, 'portal.sqlite'),
    ...environment,
  })
  const portal = await startPortal(configuration, { now: clock })
  const backDoor = await openPortal(configuration, clock)
  const chromium = await startChromium()
  const complaints: string[][] = []
  return {
    clock,
    portal,
    accounts: accountsOf(backDoor.portal, clock),
    twoFactor: backDoor.portal.twoFactor,
    visitor: async (options) => {
      const context = await chromium.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options })
      context.setDefaultTimeout(30_000)
      complaints.push(complaintsOf(context))
      return new Visitor(await context.newPage(), portal.origin, options?.javaScriptEnabled)
    },
    leave: async () => {
      await Promise.all(chromium.contexts().map((context) => context.close()))
      return complaints.splice(0).flat()
    },
    close: async () => {
      await chromium.close()
      await backDoor.close()
      await portal.close()
      rmSync(folder, { recursive: true })
    },
  }
}
