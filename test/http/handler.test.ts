import { createTwoFactorHandler, type HandlerOptions } from 'keystep/http'
import { describe, expect, it } from 'vitest'
import { nextCode } from '../flow/house.ts'
import { BASE, browser, ORIGIN, portal } from './portal.ts'
import { bodyOf, routes } from './routes.ts'
import { challenged, enrollOver } from './walk.ts'

describe('requests', () => {
  it('a token of the wrong kind is a 400, and not reported', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    for (const [path, body] of [
      ['/login/verify', { challenge: 'ksp_x', code: '1' }],
      ['/totp/enroll', { permit: 'ksc_x' }],
      ['/totp/pending', { enrollment: 'ksd_x' }],
      ['/factors/remove-all', { permit: 'kse_x' }],
    ] as const) {
      expect((await ada.at.post(path, body)).text).toBe('{"error":"bad_request"}')
    }
    expect(p.reported).toEqual([])
  })

  it.each(routes.filter(({ method }) => method === 'POST'))(
    '$name takes its own fields and nothing else',
    async ({ name, path, fields }) => {
      const p = portal()
      const { at } = await enrollOver(p, 'ada')
      const good = bodyOf(name)
      expect((await at.post(path, good)).status).not.toBe(400)
      const bad: unknown[] = [
        { ...good, extra: 1 },
        [good],
        null,
        'x',
        1,
        JSON.parse('{"__proto__":{"permit":"x","code":"1"}}'),
        { constructor: {} },
        { toString: 'x' },
      ]
      for (const [field, value] of Object.entries(good)) {
        for (const wrong of [
          null,
          1,
          [],
          [value],
          { $ne: null },
          typeof value === 'boolean' ? 'true' : true,
          ...(field === 'label' ? [] : ['x'.repeat(9000)]),
          '\ud800',
        ])
          bad.push({ ...good, [field]: wrong })
        if (!fields[field]!.endsWith('?')) bad.push({ ...good, [field]: undefined })
      }
      for (const body of bad)
        expect([JSON.stringify(body).slice(0, 80), (await at.post(path, body)).text]).toEqual([
          JSON.stringify(body).slice(0, 80),
          '{"error":"bad_request"}',
        ])
    },
  )

  it('a permit for enrolling, which keystep keeps for itself, cannot be asked for', async () => {
    const p = portal()
    const { at } = await enrollOver(p, 'ada')
    expect((await at.post('/step-up/begin', { purpose: 'keystep.enroll' })).status).toBe(400)
    expect(p.reported).toEqual([])
  })

  it('404 below the base path, 405 with Allow, null outside', async () => {
    const p = portal()
    const at = browser(p.handler)
    for (const path of [
      '',
      '/',
      '/nope',
      '/status/',
      '/STATUS',
      '/%73tatus',
      '//status',
      '/login/verify/x',
      '/constructor',
      '/__proto__',
    ]) {
      const url = `${ORIGIN}${BASE}${path}`
      const response = await p.handler(new Request(url))
      if (path === '') expect(response).toBeNull()
      else
        expect([path, response?.status, await response?.text()]).toEqual([
          path,
          404,
          '{"error":"not_found"}',
        ])
    }
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'GET'])
      expect((await at.ask(method, `${BASE}/login/verify`)).headers.get('allow')).toBe('POST')
    expect((await at.ask('POST', `${BASE}/status`, { body: {} })).headers.get('allow')).toBe('GET')
    for (const path of ['/', '/two-factors/status', '/x/two-factor/status', '//two-factor/status'])
      expect(await p.handler(new Request(ORIGIN + path))).toBeNull()
  })

  it('another base path, and none', async () => {
    const p = portal()
    for (const basePath of ['/api/v1/2fa', '']) {
      const handler = createTwoFactorHandler(p.twoFactor, { ...p.settings, basePath })
      expect((await handler(new Request(`${ORIGIN}${basePath}/status`)))?.status).toBe(401)
    }
    for (const basePath of [
      'two-factor',
      '/',
      '/x/',
      '/x?',
      '/x y',
      '/x#y',
      '/zweiter-faktör',
      '/a/../b',
      '/a\\b',
      '/{a}',
      '//a',
    ])
      expect(() => createTwoFactorHandler(p.twoFactor, { ...p.settings, basePath })).toThrow(
        'basePath',
      )
    expect(() => createTwoFactorHandler(p.twoFactor, {} as HandlerOptions)).toThrow('session')
  })

  it('at the root, null for all that is no route, so that others may answer', async () => {
    const p = portal()
    const handler = createTwoFactorHandler(p.twoFactor, { ...p.settings, basePath: '' })
    for (const path of ['/', '/nope', '/login', '/status/', '//status'])
      expect(await handler(new Request(ORIGIN + path))).toBeNull()
    expect((await handler(new Request(`${ORIGIN}/status`, { method: 'DELETE' })))?.status).toBe(405)
  })

  it('a base path is written as URLs have it', async () => {
    const p = portal()
    const handler = createTwoFactorHandler(p.twoFactor, {
      ...p.settings,
      basePath: '/zweiter-fakt%C3%B6r',
    })
    expect((await handler(new Request(`${ORIGIN}/zweiter-faktör/status`)))?.status).toBe(401)
  })

  it('what comes from another origin is refused before its body is read', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      expect((await ada.at.post('/devices/revoke-all', {}, { headers: headers })).text).toBe(
        '{"error":"cross_origin"}',
      )
      expect((await ada.at.get('/status', { headers: headers })).status).toBe(403)
    }
    const handler = createTwoFactorHandler(p.twoFactor, {
      ...p.settings,
      origins: ['https://app.example'],
    })
    expect(
      (
        await handler(
          new Request(`${ORIGIN}${BASE}/status`, {
            headers: { 'origin': 'https://app.example', 'sec-fetch-site': 'cross-site' },
          }),
        )
      )?.status,
    ).toBe(401)
    expect(() =>
      createTwoFactorHandler(p.twoFactor, { ...p.settings, origins: ['https://app.example/'] }),
    ).toThrow('origin')
  })

  it('the activity tells the user agent, and the address where the portal says it', async () => {
    const p = portal(
      {},
      {
        context: async (request) => ({
          ip: request.headers.get('x-real-ip') ?? undefined,
          userAgent: 'mine',
        }),
      },
    )
    const ada = await enrollOver(p, 'ada')
    await (
      await challenged(p, 'ada')
    ).post(
      '/login/verify',
      { code: nextCode(p.clock, ada.phone) },
      { headers: { 'x-real-ip': '192.0.2.7' } },
    )
    expect((await ada.at.get('/status')).body['activity']).toContainEqual(
      expect.objectContaining({ type: 'code.accepted', ip: '192.0.2.7', userAgent: 'mine' }),
    )
    const q = portal()
    const bob = await enrollOver(q, 'bob')
    await (
      await challenged(q, 'bob')
    ).post(
      '/login/verify',
      { code: nextCode(q.clock, bob.phone) },
      { headers: { 'user-agent': 'Firefox' } },
    )
    expect((await bob.at.get('/status')).body['activity']).toContainEqual(
      expect.objectContaining({ type: 'code.accepted', userAgent: 'Firefox' }),
    )
  })
})
