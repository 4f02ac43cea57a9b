import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyringKey } from 'keystep'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Browser } from './browser.ts'
import { freePort } from './loopback.ts'
import { type Phone, phoneWith, stepWith } from './phone.ts'
import { keyOf, scan } from './portal-walk.ts'
import { describeWith } from './programs.ts'

const file = 'examples/express/server.ts'
const folder = mkdtempSync(join(tmpdir(), 'keystep-express-'))
const env = {
  ...process.env,
  NODE_ENV: undefined,
  DATABASE: join(folder, 'portal.sqlite'),
  KEYSTEP_KEYS: generateKeyringKey(),
}
const account = { name: '<i>ann', password: 'correct horse' }

describeWith(['oathtool', 'rsvg-convert', 'zbarimg'], 'the Express portal, over HTTP', () => {
  let portal: ChildProcess
  let browser: Browser
  let phone: Phone
  let backupCodes: string[]
  let usedCode: string

  beforeAll(async () => {
    const port = await freePort()
    portal = await start(port)
    browser = new Browser(`http://127.0.0.1:${port}`)
  })
  afterAll(async () => {
    await stop(portal)
    rmSync(folder, { recursive: true })
  })

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
    expect(await browser.post('/log-in', account)).toContain('You are logged in.')
    const home = await browser.get('/')
    expect(home).toContain('action="/enable"')
    expect(home).toContain('Hello &#60;i&#62;ann')
    expect(home).not.toContain('<i>')
  })

  it('its cookies are HttpOnly and SameSite, its pages are never stored', async () => {
    await browser.post('/log-in', account)
    expect(browser.lastHeaders.getSetCookie()[0]).toMatch(
      /^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    expect(browser.lastHeaders.get('cache-control')).toBe('no-store')
  })

  it('enables: the picture and the typed key are one key, and a wrong first code draws both again', async () => {
    expect(await browser.get('/')).toContain('action="/enable"')
    const page = await browser.post('/enable')
    const key = keyOf(page)
    phone = phoneWith(key)
    expect(scan(page)).toMatchObject({ issuer: 'Portal', account: account.name, key })
    const again = await browser.post('/confirm', { code: phone.wrongCode() })
    expect(again).toContain('wrong code')
    expect(scan(again).key).toBe(key)
  })

  it('confirms by a code of the app, and shows ten backup codes', async () => {
    await stepWith(15)
    const before = browser.cookies.get('session')
    const page = await browser.post('/confirm', { code: phone.code(-1) })
    backupCodes = /<pre>([^<]+)</.exec(page)?.[1]?.split('\n') ?? []
    expect(new Set(backupCodes).size).toBe(10)
    expect(browser.cookies.get('session')).not.toBe(before)
    expect(await browser.get('/')).toContain('10 backup codes left')
  })

  it('ends a session when it logs out', async () => {
    const session = browser.cookies.get('session')!
    expect(await browser.post('/log-out')).toContain('Goodbye')
    browser.cookies.set('session', session)
    expect(await browser.get('/')).toContain('You are logged out.')
  })

  it('after a restart asks for a code, and without one lets nobody in', async () => {
    await stop(portal)
    const port = await freePort()
    portal = await start(port)
    browser = new Browser(`http://127.0.0.1:${port}`)
    expect(await browser.post('/log-in', account)).toContain('action="/code"')
    expect(browser.cookies.has('session')).toBe(false)
    expect(await browser.get('/')).toContain('You are logged out.')
    expect(await browser.post('/disable', { code: '123456' })).toContain('You are logged out.')
  })

  it('tells how many tries are left, takes a code, and says what went before', async () => {
    expect(await browser.post('/code', { code: phone.wrongCode() })).toContain(
      'wrong code: 4 tries left',
    )
    expect(await browser.post('/code', { code: '12345' })).toContain('malformed code')
    usedCode = phone.code()
    expect(await browser.post('/code', { code: usedCode })).toContain(
      'wrong codes before this login: 1',
    )
    expect(await browser.get('/')).toContain('action="/disable"')
  })

  it('V9: a code is good once, a challenge too', async () => {
    await browser.post('/log-out')
    await browser.post('/log-in', account)
    expect(await browser.post('/code', { code: usedCode })).toContain('already used')
    const challenge = browser.cookies.get('challenge')!
    expect(
      await browser.post('/code', { code: backupCodes[0]!.toLowerCase().replaceAll('-', ' ') }),
    ).toContain('You are logged in')
    expect(await browser.get('/')).toContain('9 backup codes left')
    browser.cookies.set('challenge', challenge)
    expect(await browser.post('/code', { code: backupCodes[1]! })).toContain('expired')
    await browser.post('/log-in', account)
    expect(await browser.post('/code', { code: backupCodes[0]! })).toContain('already used')
  })

  it('a token of another kind is a fault of the portal: no page, no stack trace', async () => {
    browser.cookies.set('challenge', `ksp_${'A'.repeat(80)}`)
    expect(await browser.post('/code', { code: '123456' })).not.toMatch(/at .*\.ts/)
    expect(browser.lastStatus).toBe(500)
    browser.cookies.delete('challenge')
  })

  it('disables with a fresh code, and then asks for none', async () => {
    expect(await browser.get('/')).toContain('action="/disable"')
    expect(await browser.post('/disable', { code: phone.wrongCode() })).toContain('tries left')
    expect(await browser.post('/disable', { code: phone.code(1) })).toContain('Two-factor is off')
    expect(await browser.get('/')).toContain('0 backup codes left')
    await browser.post('/log-out')
    expect(await browser.post('/log-in', account)).toContain('You are logged in.')
  })
})

async function start(port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    env: { ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += String(chunk)
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      if (String(chunk).includes(`http://127.0.0.1:${port}`)) resolve()
    })
    child.on('exit', () => {
      reject(new Error(`the portal ended: ${said}`))
    })
  })
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.on('exit', resolve))
  child.kill()
  await ended
}
