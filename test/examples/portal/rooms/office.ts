import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyringKey } from 'keystep'
import { generateTotp, OtpKey } from 'keystep/otp'
import { type FakeClock, fakeClock } from 'keystep/testing'
import { afterAll, beforeAll } from 'vitest'
import { configurationFrom } from '../../../../examples/portal/configuration.ts'
import { DEMO_PASSWORD } from '../../../../examples/portal/demo-accounts.ts'
import { openPortal, type Portal } from '../../../../examples/portal/portal.ts'
import { type Started, startPortal } from '../../../../examples/portal/start.ts'
import { Browser } from '../../browser.ts'

/** Portal and panel as they run, and a second hand on the same tables and records. */
export interface Office {
  readonly clock: FakeClock
  readonly origin: string
  readonly panelOrigin: string
  readonly portal: Portal
  person(email: string): Person
}

export function openOffice(): Office {
  const clock = fakeClock('2027-03-01T09:30:00Z')
  const folder = mkdtempSync(join(tmpdir(), 'keystep-rooms-'))
  let started: Started
  let second: Awaited<ReturnType<typeof openPortal>>
  beforeAll(async () => {
    const configuration = configurationFrom({
      PORT: '0',
      PORTAL_DATABASE: join(folder, 'portal.sqlite'),
      KEYSTEP_KEYS: generateKeyringKey(),
    })
    started = await startPortal(configuration, { now: clock })
    second = await openPortal(configuration, clock)
  })
  afterAll(async () => {
    await started.close()
    await second.close()
    rmSync(folder, { recursive: true })
  })
  return {
    clock,
    get origin() {
      return started.origin
    },
    get panelOrigin() {
      return started.panelOrigin
    },
    get portal() {
      return second.portal
    },
    person: (email) => new Person(email, clock, started.origin),
  }
}

/** Somebody with a browser and an authenticator. */
export class Person {
  readonly email: string
  browser: Browser
  readonly #clock: FakeClock
  #key: OtpKey | undefined

  constructor(email: string, clock: FakeClock, origin: string) {
    this.email = email
    this.#clock = clock
    this.browser = new Browser(origin)
  }

  /** Types the password; the answer is where it leads. */
  async logIn(origin?: string): Promise<string | null> {
    if (origin !== undefined) this.browser = new Browser(origin)
    return this.post('/login', { email: this.email, password: DEMO_PASSWORD })
  }

  /** Sets up an authenticator, in a session or where a login asks for it. */
  async enroll(path = '/security/totp'): Promise<void> {
    const page = await this.browser.get(path)
    this.#key = OtpKey.fromBase32(
      /id="manual-key"[^>]*>([A-Z2-7 ]+)</.exec(page)![1]!.replaceAll(' ', ''),
    )
    await this.browser.post(path, { code: this.code() })
  }

  /** The next code: nobody has typed it yet. */
  code(): string {
    return generateTotp(this.#key!, { at: this.#clock.advance({ seconds: 30 }) })
  }

  /** The id of the session, as the tables have it. */
  sessionId(): string {
    return createHash('sha256')
      .update(this.browser.cookies.get('__Host-session')!)
      .digest('base64url')
  }

  /** Sends a form; the answer is where it leads. */
  async post(path: string, fields: Record<string, string> = {}): Promise<string | null> {
    await this.browser.post(path, fields)
    return this.browser.lastHeaders.get('location')
  }

  /** Types a code on the page where a form has led. */
  confirm(address: string, code = this.code()): Promise<string | null> {
    const { searchParams } = new URL(address, 'http://portal')
    return this.post('/security/verify', {
      code,
      purpose: searchParams.get('purpose') ?? '',
      then: searchParams.get('then') ?? '',
    })
  }
}
