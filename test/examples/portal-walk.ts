import { parseKeyUri } from 'keystep/otp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canDecode, readSvg } from '../qr/decoder.ts'
import { obtain, obtained } from '../runtime/obtain.ts'
import { Browser } from './browser.ts'
import { type Phone, phoneWith, stepWith } from './phone.ts'
import { describeWith } from './programs.ts'

/** A portal that was started for real. */
export interface Started {
  readonly origin: string
  readonly stop: () => Promise<unknown>
}

/**
 * What every portal of plain forms is walked through over HTTP, with oathtool as the phone: the
 * paths and words of examples/express.
 */
export function walkPortal(name: string, start: () => Promise<Started>): void {
  describeWith(['oathtool'], `${name}, over HTTP`, () => {
    const account = { name: '<i>ann', password: 'correct horse' }
    let portal: Started
    let browser: Browser
    let phone: Phone
    let backupCodes: string[] = []
    let usedCode: string

    beforeAll(async () => {
      portal = await start()
      browser = new Browser(portal.origin)
    })
    afterAll(() => portal.stop())

    /** Presses the button of a form, hidden fields and all. */
    const press = async (
      page: string,
      path: string,
      fields: Record<string, string> = {},
    ): Promise<string> => {
      const form = new RegExp(`action="/${path}"(?: onsubmit="[^"]*")?>(.*?)</form>`).exec(
        page,
      )?.[1]
      expect(form, `a form for ${path} in ${page}`).toBeDefined()
      const hidden = [...form!.matchAll(/type="hidden" name="(\w+)" value="([^"]+)"/g)].map(
        ([, key, value]) => [key!, value!],
      )
      return browser.post(`/${path}`, { ...Object.fromEntries(hidden), ...fields })
    }
    const logIn = (): Promise<string> => browser.post('/log-in', account)

    it('takes a new account, and lets it in with the password alone', async () => {
      expect(await browser.get('/')).toContain('You are logged out.')
      expect(await browser.post('/sign-up', account)).toContain('Your account is made')
      expect(await browser.post('/sign-up', account)).toContain('That name is taken')
      expect(await browser.post('/log-in', { ...account, password: 'wrong horse' })).toContain(
        'Wrong name or password',
      )
      expect(await browser.post('/log-in', { ...account, name: 'nobody' })).toContain(
        'Wrong name or password',
      )
      expect(await logIn()).toContain('You are logged in.')
      expect(browser.lastHeaders.getSetCookie()[0]).toMatch(
        /^session=[\w-]+; Path=\/; HttpOnly; (Secure; )?SameSite=Lax$/,
      )
      expect(browser.lastHeaders.get('cache-control')).toBe('no-store')
      expect(await browser.get('/')).toContain('Hello &#60;i&#62;ann')
    })

    it('refuses a change that another site asks for', async () => {
      const response = await fetch(`${portal.origin}/sign-up`, {
        method: 'POST',
        body: new URLSearchParams(account),
        headers: { origin: 'https://elsewhere.example' },
      })
      expect(response.status).toBe(403)
    })

    it('enables: a wrong first code draws the same key again, a right one shows ten backup codes', async () => {
      const shown = await press(await browser.get('/'), 'enable')
      phone = phoneWith(keyOf(shown))
      if (canDecode)
        expect(scan(shown)).toEqual({ issuer: 'Portal', account: account.name, key: keyOf(shown) })
      const again = await press(shown, 'confirm', { code: phone.wrongCode() })
      expect(again).toContain('wrong code')
      expect(keyOf(again)).toBe(keyOf(shown))
      await stepWith(15)
      const before = browser.cookies.get('session')
      const page = await press(again, 'confirm', { code: phone.code(-1) })
      backupCodes = /<pre>([^<]+)</.exec(page)?.[1]?.split('\n') ?? []
      expect(new Set(backupCodes).size).toBe(10)
      expect(browser.cookies.get('session')).not.toBe(before)
      expect(await browser.get('/')).toContain('10 backup codes left')
    })

    it('ends a session when it logs out', async () => {
      const session = browser.cookies.get('session')!
      expect(await press(await browser.get('/'), 'log-out')).toContain('Goodbye')
      browser.cookies.set('session', session)
      expect(await browser.get('/')).toContain('You are logged out.')
      browser.cookies.delete('session')
    })

    it('then asks for a code: tells how many tries are left, takes one, and says what went before', async () => {
      const page = await logIn()
      expect(browser.cookies.has('session')).toBe(false)
      expect(await press(page, 'code', { code: phone.wrongCode() })).toContain(
        'wrong code: 4 tries left',
      )
      expect(await press(page, 'code', { code: '12345' })).toContain('malformed code')
      usedCode = phone.code()
      expect(await press(page, 'code', { code: usedCode })).toContain(
        'wrong codes before this login: 1',
      )
      expect(await browser.get('/')).toContain('action="/disable"')
    })

    it('V9: a code is good once, a backup code and its challenge too', async () => {
      const page = await logIn()
      expect(await press(page, 'code', { code: usedCode })).toContain('already used')
      expect(
        await press(page, 'code', { code: backupCodes[0]!.toLowerCase().replaceAll('-', ' ') }),
      ).toContain('You are logged in')
      expect(await browser.get('/')).toContain('9 backup codes left')
      expect(await press(page, 'code', { code: backupCodes[1]! })).toContain('expired')
      expect(await press(await logIn(), 'code', { code: backupCodes[0]! })).toContain(
        'already used',
      )
    })

    it('disables with a fresh code, and then asks for none', async () => {
      const home = await browser.get('/')
      expect(await press(home, 'disable', { code: phone.wrongCode() })).toContain('tries left')
      await stepWith(5)
      expect(await press(home, 'disable', { code: phone.code(1) })).toContain('Two-factor is off.')
      expect(await browser.get('/')).toContain('0 backup codes left')
      await browser.post('/log-out')
      expect(await logIn()).toContain('You are logged in.')
    })
  })
}

/**
 * A block of tests on a runtime from npm: where it is not here yet skipped with a printed reason,
 * under CI fetched.
 */
export function describeOn(spec: string, tests: () => void): void {
  const skip = obtained(spec) === null && !process.env['CI']
  if (skip)
    console.warn(
      `skipped: what needs ${spec}, which is not here yet; \`npm run test:runtimes\` fetches it`,
    )
  describe.skipIf(skip)(`on ${spec}`, () => {
    beforeAll(() => obtain(spec), 600_000)
    tests()
  })
}

export function keyOf(page: string): string {
  return /<code>([A-Z2-7 ]+)<\/code>/.exec(page)?.[1]?.replaceAll(' ', '') ?? ''
}

/** What a camera reads from the picture of the page. */
export function scan(page: string): { issuer: string | null; account: string; key: string } {
  const source = /src="data:image\/svg\+xml;charset=utf-8,([^"]+)"/.exec(page)?.[1] ?? ''
  const { issuer, account, key } = parseKeyUri(readSvg(decodeURIComponent(source)).trim())
  return { issuer, account, key: key.revealBase32() }
}
