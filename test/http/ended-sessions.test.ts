import { describe, expect, it } from 'vitest'
import { browser, type Browser, portal, type Portal } from './portal.ts'
import { type Enrolled, enrollOver, permitOver } from './walk.ts'

/** The owner once more, in another browser, by a code. */
async function elsewhere(p: Portal, { userId, phone }: Enrolled): Promise<Browser> {
  const at = browser(p.serve)
  await at.login(userId)
  const code = phone.code(p.clock.advance({ seconds: 30 }))
  expect((await at.post('/login/verify', { code })).status).toBe(200)
  return at
}

async function statusOf(at: Browser): Promise<number> {
  return (await at.get('/status')).status
}

async function removeAll(p: Portal, ada: Enrolled): Promise<void> {
  const permit = await permitOver(p, ada)
  const { body } = await ada.at.post('/factors/remove-all', { permit })
  // The stamp goes into the session, and to no page.
  expect(body).toEqual({ outcome: 'accepted', enrolled: false })
}

describe('sessions that another one has ended', () => {
  it('V32: a factor taken off ends every other session, on every route that asks for one', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const thief = await elsewhere(p, ada)
    const permit = await permitOver(p, { at: thief, phone: ada.phone })
    expect(await statusOf(thief)).toBe(200)
    await removeAll(p, ada)
    expect(await statusOf(ada.at)).toBe(200)
    const asked: [string, object][] = [
      ['/step-up/begin', { purpose: 'manage_factors' }],
      ['/step-up/verify', { challenge: 'ksc_x', code: '123456' }],
      ['/backup-codes/regenerate', { permit }],
      ['/factors/rename', { factorId: 'x', label: 'mine' }],
      ['/factors/remove', { permit, factorId: ada.factorId }],
      ['/factors/remove-all', { permit }],
      ['/devices/revoke', { deviceId: 'x' }],
      ['/devices/revoke-all', {}],
    ]
    for (const [path, body] of asked) {
      expect(await thief.post(path, body)).toMatchObject({
        status: 401,
        body: { error: 'no_session' },
      })
    }
    expect(await statusOf(thief)).toBe(401)
    // Where a session is optional, an ended one is none: its permit is of a session.
    expect((await thief.post('/totp/enroll', { permit })).body).toMatchObject({ reason: 'expired' })
  })

  it('a first factor ends the sessions of before, and the confirmation opens a new one', async () => {
    const p = portal()
    const other = browser(p.serve)
    await other.login('ada')
    expect(await statusOf(other)).toBe(200)
    const ada = await enrollOver(p, 'ada')
    expect(await statusOf(other)).toBe(401)
    expect(await statusOf(ada.at)).toBe(200)
  })

  it('the session that made the change goes on by keepSession, and without it ends with the others', async () => {
    for (const isKept of [true, false]) {
      const p = portal({}, isKept ? {} : { keepSession: undefined })
      const ada = await enrollOver(p, 'ada')
      await removeAll(p, ada)
      expect(await statusOf(ada.at)).toBe(isKept ? 200 : 401)
    }
  })

  it('headers of keepSession reach the browser, and what it throws is a 503 that is reported', async () => {
    const headers = [
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ] as const
    const p = portal({}, { keepSession: () => headers })
    const ada = await enrollOver(p, 'ada')
    const permit = await permitOver(p, ada)
    const removed = await ada.at.post('/factors/remove-all', { permit })
    expect(removed.headers.getSetCookie()).toEqual(expect.arrayContaining(['a=1', 'b=2']))
    const broken = portal({}, { keepSession: () => Promise.reject(new Error('down')) })
    const ben = await enrollOver(broken, 'ben')
    const paid = await permitOver(broken, ben)
    expect((await ben.at.post('/factors/remove-all', { permit: paid })).status).toBe(503)
    expect(broken.reported).toHaveLength(1)
  })

  it('the routes serve a session without a stamp, whose proofs count by the clock', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const id = ada.at.cookies.get('session')!
    p.sessions.set(id, { ...p.sessions.get(id)!, securityStamp: undefined })
    const next = async () =>
      (await ada.at.post('/step-up/begin', { purpose: 'dns.change' })).body['next']
    expect(await next()).toBe('proceed')
    await p.twoFactor.recovery.passwordChanged({ userId: 'ada' })
    expect(await statusOf(ada.at)).toBe(200)
    expect(await next()).toBe('challenge')
  })

  it('any removal ends the cookie of the device, which is remembered no more', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const key = new Uint8Array(20).fill(7)
    await p.twoFactor.totp.import({ userId: 'ada', key })
    const code = ada.phone.code(p.clock.advance({ seconds: 30 }))
    const at = browser(p.serve)
    await at.login('ada')
    await at.post('/login/verify', { code, rememberDevice: { label: 'laptop' } })
    expect(at.cookies.has('__Host-device')).toBe(true)
    const permit = await permitOver(p, { at, phone: ada.phone })
    await at.post('/factors/remove', { permit, factorId: ada.factorId })
    expect(at.cookies.has('__Host-device')).toBe(false)
  })
})
