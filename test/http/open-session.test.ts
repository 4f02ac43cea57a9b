import { createTwoFactorHandler } from 'keystep/http'
import { describe, expect, it } from 'vitest'
import { nextCode, wrongCode } from '../flow/house.ts'
import { BASE, browser, portal } from './portal.ts'
import { bodyOf, routes } from './routes.ts'
import { challenged, enrollOver, permitOver, text } from './walk.ts'

describe('what opens a session, and what does not', () => {
  it('V11: a challenge is no session: with its cookie alone no route of a session answers', async () => {
    const p = portal()
    await enrollOver(p, 'ada')
    const at = await challenged(p, 'ada')
    const { length } = p.opened
    expect(at.cookies.has('__Host-challenge')).toBe(true)
    for (const { name, method, path, session } of routes) {
      if (session !== 'required') continue
      const answer = await at.ask(
        method,
        BASE + path,
        method === 'GET' ? {} : { body: bodyOf(name) },
      )
      expect([name, answer.status, answer.text]).toEqual([name, 401, '{"error":"no_session"}'])
    }
    expect(p.opened).toHaveLength(length)
  })

  it('V13: no rejected answer of any route opens a session or sets any cookie but the end of one', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const { length } = p.opened
    for (const { name, method, path } of routes) {
      if (method === 'GET' || path === '/devices/revoke-all') continue
      for (const at of [ada.at, browser(p.serve), await challenged(p, 'ada')]) {
        const answer = await at.ask(method, BASE + path, { body: bodyOf(name) })
        if (answer.status === 200)
          expect([name, answer.body['next']]).toEqual(['POST /step-up/begin', 'proceed'])
        expect(answer.headers.getSetCookie().filter((line) => !line.includes('Max-Age=0'))).toEqual(
          [],
        )
      }
    }
    expect(p.opened).toHaveLength(length)
  })

  it('V13: what twoFactor calls accepted without a grant of keystep opens nothing', async () => {
    const p = portal()
    await enrollOver(p, 'ada')
    const forged = { userId: 'ada', amr: ['pwd'], assurance: 'mfa', verifiedAt: new Date() }
    const verify = () => Promise.resolve({ outcome: 'accepted', failuresBefore: 0, grant: forged })
    const twoFactor = {
      ...p.twoFactor,
      login: { ...p.twoFactor.login, verify },
    } as unknown as typeof p.twoFactor
    const { length } = p.opened
    const at = browser(createTwoFactorHandler(twoFactor, p.settings))
    const answer = await at.post('/login/verify', { challenge: 'ksc_x', code: '123456' })
    expect([answer.status, answer.text, p.opened.length]).toEqual([
      503,
      '{"error":"unavailable"}',
      length,
    ])
    expect(p.reported).toMatchObject([{ code: 'ERR_GRANT' }])
  })

  it('V4: wrong codes at login and at step-up are one count, and the lock holds at both', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const at = await challenged(p, 'ada')
    const challenge = text(
      await ada.at.post('/step-up/begin', { purpose: 'manage_factors' }),
      'challenge',
    )
    const code = wrongCode(ada.phone, p.clock())
    const left: unknown[] = []
    for (let i = 0; i < 5; i++) {
      const answer =
        i % 2 === 0
          ? await at.post('/login/verify', { code })
          : await ada.at.post('/step-up/verify', { challenge, code })
      expect([answer.status, answer.body['reason']]).toEqual([422, 'wrong_code'])
      left.push(answer.body['attemptsLeft'])
      if (i === 4)
        expect([answer.body['retryAt'], answer.headers.get('retry-after')]).toEqual([
          new Date(p.clock().getTime() + 60_000).toISOString(),
          '60',
        ])
    }
    expect(left).toEqual([4, 3, 2, 1, 0])
    const right = ada.phone.code(p.clock())
    for (const answer of [
      await at.post('/login/verify', { code: right }),
      await ada.at.post('/step-up/verify', { challenge, code: right }),
    ]) {
      expect([answer.status, answer.body['reason'], answer.headers.get('retry-after')]).toEqual([
        429,
        'locked',
        '60',
      ])
    }
  })

  it('V14: no change of factors without a permit that was bought with a code, whatever session asks', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const dns = await permitOver(p, ada, 'dns.change')
    const bob = browser(p.serve)
    await bob.login('bob')
    const bobs = text(await bob.post('/step-up/begin', { purpose: 'manage_factors' }), 'permit')
    for (const permit of ['', 'ksp_x', dns, bobs]) {
      for (const path of ['/factors/remove-all', '/backup-codes/regenerate', '/totp/enroll']) {
        expect((await ada.at.post(path, { permit })).body).toEqual({
          outcome: 'rejected',
          reason: 'expired',
        })
      }
      expect(
        (await ada.at.post('/factors/remove', { permit, factorId: ada.factorId })).body,
      ).toEqual({ outcome: 'rejected', reason: 'expired' })
    }
    expect((await p.twoFactor.status({ userId: 'ada' })).factors).toHaveLength(1)
  })

  it('whose state is read and changed comes from the session: a body that names a user is refused, and ids of others are not found', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const bob = browser(p.serve)
    await bob.login('bob')
    expect(
      (await bob.post('/factors/rename', { factorId: ada.factorId, label: 'x', userId: 'ada' }))
        .status,
    ).toBe(400)
    expect((await bob.post('/factors/rename', { factorId: ada.factorId, label: 'x' })).status).toBe(
      404,
    )
    expect((await bob.ask('GET', `${BASE}/status?userId=ada`)).body).toMatchObject({
      enrolled: false,
    })
  })
})

describe('uniform until a valid challenge is shown', () => {
  it('V24: without one the answer is the same bytes, for users that exist, are enrolled, locked, or are nobody, and for every code', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const spent = await challenged(p, 'ada')
    const old = spent.cookies.get('__Host-challenge')!
    await spent.post('/login/verify', { code: nextCode(p.clock, ada.phone) })
    const right = ada.phone.code(p.clock.advance({ seconds: 30 }))
    p.store.reset()
    for (const challenge of [
      undefined,
      '',
      'x',
      'ksc_',
      'ksc_a.b.c',
      `${old}x`,
      old.slice(0, -3),
      old.replace('ksc_', 'ksc_x'),
    ]) {
      for (const code of [right, '000000', ada.backupCodes[0], 'x']) {
        const answer = await browser(p.serve).post('/login/verify', { challenge, code })
        expect([answer.status, answer.text]).toEqual([
          410,
          '{"outcome":"rejected","reason":"expired"}',
        ])
        const sent = await browser(p.serve).post('/sms/send', { challenge })
        expect([sent.status, sent.text]).toEqual([410, '{"outcome":"rejected","reason":"expired"}'])
      }
    }
    expect([p.store.reads, p.store.writes, p.outbox.length]).toEqual([0, 0, 0])
  })

  it('after it, reason, attemptsLeft and retryAt are said', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const at = await challenged(p, 'ada')
    expect((await at.post('/login/verify', { code: 'x' })).body).toEqual({
      outcome: 'rejected',
      reason: 'malformed_code',
    })
    expect(
      (await at.post('/login/verify', { code: wrongCode(ada.phone, p.clock()) })).body,
    ).toEqual({ outcome: 'rejected', reason: 'wrong_code', attemptsLeft: 4 })
  })

  it('the cookie of an ended challenge is taken away', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const at = await challenged(p, 'ada')
    p.clock.advance({ seconds: 301 })
    expect(
      (await at.post('/login/verify', { code: ada.phone.code(p.clock()) })).body,
    ).toMatchObject({ reason: 'expired' })
    expect(at.cookies.has('__Host-challenge')).toBe(false)
  })
})
