import { createTwoFactorHandler, type HandlerOptions } from 'keystep/http'
import { memoryStore } from 'keystep/stores/memory'
import { describe, expect, it } from 'vitest'
import { nextCode } from '../flow/house.ts'
import { browser, portal } from './portal.ts'
import { challenged, enrollOver, text } from './walk.ts'

describe('outages', () => {
  const failing = {
    get: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7')),
    put: () => Promise.reject(new Error('down')),
    delete: () => Promise.reject(new Error('down')),
    keys: () => Promise.reject(new Error('down')),
  }

  it('a failing store is a 503 that says nothing, reported with its cause', async () => {
    const inner = memoryStore()
    const state = { down: false }
    const store = { ...inner, get: (key: string) => (state.down ? failing.get() : inner.get(key)) }
    const p = portal({ store })
    const ada = await enrollOver(p, 'ada')
    const at = await challenged(p, 'ada')
    state.down = true
    for (const [from, path, body] of [
      [at, '/login/verify', { code: '123456' }],
      [ada.at, '/step-up/begin', { purpose: 'x' }],
      [at, '/sms/send', {}],
    ] as const) {
      const answer = await from.post(path, body)
      expect([answer.status, answer.text, answer.headers.getSetCookie()]).toEqual([
        503,
        '{"error":"unavailable"}',
        [],
      ])
    }
    expect(p.reported).toMatchObject(
      [1, 2, 3].map(() => ({
        code: 'ERR_STORE',
        cause: { message: expect.stringContaining('ECONNREFUSED') },
      })),
    )
  })

  it('so is a failing SMS gateway, a session reader that throws or lies, and a session that does not open', async () => {
    const bad: Partial<HandlerOptions>[] = [
      { session: () => Promise.reject(new Error('sessions are down')) },
      {
        session: () => {
          throw new Error('sessions are down')
        },
      },
      { session: (() => true) as never },
      { session: (() => ({ userId: 7, sessionId: 's' })) as never },
      { session: () => ({ userId: 'ada', sessionId: '', account: 'ada' }) },
    ]
    for (const more of bad) {
      const p = portal({}, more)
      expect((await browser(p.handler).get('/status')).status).toBe(503)
      expect(p.reported).toHaveLength(1)
    }
    const p = portal({}, { openSession: () => Promise.reject(new Error('sessions are full')) })
    const ada = await enrollOver({ ...p, serve: portalOf(p) }, 'ada')
    const at = await challenged(p, 'ada')
    const answer = await at.post('/login/verify', { code: nextCode(p.clock, ada.phone) })
    expect([answer.status, answer.text]).toEqual([503, '{"error":"unavailable"}'])
    expect(p.reported).toMatchObject([{ message: 'sessions are full' }])
  })

  /** The same portal with an opener that works. */
  function portalOf(p: ReturnType<typeof portal>) {
    const handler = createTwoFactorHandler(p.twoFactor, {
      ...p.settings,
      openSession: p.openSession,
    })
    return async (request: Request) =>
      new URL(request.url).pathname === '/login' ? p.serve(request) : handler(request)
  }

  it('a gateway that fails is a 503, and a reporter that throws changes nothing', async () => {
    const p = portal(
      {},
      {
        onError: () => {
          throw new Error('the log is full')
        },
      },
    )
    const at = browser(p.serve)
    await at.login('bob')
    const permit = text(await at.post('/step-up/begin', { purpose: 'manage_factors' }), 'permit')
    p.network.failures = 1
    const answer = await at.post('/sms/enroll', { permit, number: '+4915112345678' })
    expect([answer.status, answer.text]).toEqual([503, '{"error":"unavailable"}'])
  })

  it('a portal without SMS has no routes of SMS, and nobody is woken for it', async () => {
    const p = portal({ sms: undefined })
    const at = browser(p.serve)
    await at.login('bob')
    const permit = text(await at.post('/step-up/begin', { purpose: 'manage_factors' }), 'permit')
    for (const [path, body] of [
      ['/sms/send', {}],
      ['/sms/send', { challenge: 'ksc_x' }],
      ['/sms/enroll', { permit, number: '+491' }],
      ['/sms/confirm', { enrollment: 'kse_x', code: '1' }],
    ] as const) {
      expect((await at.post(path, body)).text).toBe('{"error":"not_found"}')
    }
    expect(p.reported).toEqual([])
  })

  it('a portal with SMS has them also while its clock is broken: that is reported', async () => {
    let broken = false
    const p = portal({ now: () => new Date(broken ? NaN : Date.now()) })
    const at = browser(p.serve)
    await at.login('bob')
    const permit = text(await at.post('/step-up/begin', { purpose: 'manage_factors' }), 'permit')
    broken = true
    for (const [path, body] of [
      ['/sms/enroll', { permit, number: '+4915112345678' }],
      ['/totp/enroll', { permit }],
    ] as const) {
      expect((await at.post(path, body)).text).toBe('{"error":"unavailable"}')
    }
    expect(p.reported).toEqual([
      expect.objectContaining({ code: 'ERR_OPTION' }),
      expect.objectContaining({ code: 'ERR_OPTION' }),
    ])
  })
})
