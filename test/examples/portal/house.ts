import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TwoFactor } from 'keystep'
import { type FakeClock, fakeClock } from 'keystep/testing'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { configurationFrom } from '../../../examples/portal/configuration.ts'
import { openPortal } from '../../../examples/portal/portal.ts'
import { type Started, startPortal } from '../../../examples/portal/start.ts'
import { type Accounts, accountsOf } from './accounts.ts'
import { startChromium } from './chromium.ts'
import { complaintsOf } from './console.ts'
import { Visitor } from './visitor.ts'

/** The portal and the browser of one test file. */
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

type Environment = Readonly<Record<string, string>>

/**
 * Starts both for the tests of the block that it is called in. A test fails, too, by whatever the browser complained of meanwhile.
 *
 * @param prepare what the portal finds in its environment, once all is there that it talks to; `end` ends that.
 */
export function openHouse(prepare: Environment | (() => Promise<Environment>) = {}, end: () => Promise<void> = async () => undefined): House {
  const clock = fakeClock('2027-03-01T09:30:00Z')
  const complaints: string[][] = []
  const folder = mkdtempSync(join(tmpdir(), 'keystep-portal-'))
  let chromium: Browser
  let portal: Started
  let backDoor: Awaited<ReturnType<typeof openPortal>>
  let accounts: Accounts
  beforeAll(async () => {
    const environment = typeof prepare === 'function' ? await prepare() : prepare
    const configuration = configurationFrom({ PORT: '0', PORTAL_DATABASE: join(folder, 'portal.sqlite'), ...environment })
    portal = await startPortal(configuration, { now: clock })
    backDoor = await openPortal(configuration, clock)
    accounts = accountsOf(backDoor.portal, clock)
    chromium = await startChromium()
  })
  afterAll(async () => {
    await chromium.close()
    await backDoor.close()
    await portal.close()
    await end()
    rmSync(folder, { recursive: true })
  })
  afterEach(async () => {
    await Promise.all(chromium.contexts().map((context) => context.close()))
    expect(complaints.splice(0).flat()).toEqual([])
  })
  return {
    clock,
    get portal() { return portal },
    get accounts() { return accounts },
    get twoFactor() { return backDoor.portal.twoFactor },
    visitor: async (options) => {
      const context = await chromium.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options })
      context.setDefaultTimeout(15_000)
      complaints.push(complaintsOf(context))
      return new Visitor(await context.newPage(), portal.origin, options?.javaScriptEnabled)
    },
  }
}
