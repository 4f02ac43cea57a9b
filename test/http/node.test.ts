// One mount serves frameworks that await it and a server that does not.
/* eslint-disable @typescript-eslint/no-misused-promises */
import express from 'express'
import {
  type FetchHandler,
  nodeHandler,
  type NodeMount,
  requireSameOrigin,
  requireVerified,
} from 'keystep/http'
import { request as send, type RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { listen, raw } from './listen.ts'
import { BASE, browser, portal } from './portal.ts'
import { enrollOver, text } from './walk.ts'

/** Headers that servers and frameworks add to every response. */
const OF_THE_SERVER = [
  'date',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'x-powered-by',
]

/** The same browser as elsewhere, over a real connection. */
function over(origin: string): FetchHandler {
  return async (request) => {
    const { pathname, search } = new URL(request.url)
    const body = request.method === 'GET' ? null : await request.text()
    const headers = [...request.headers].filter(([name]) => name !== 'host')
    const response = await fetch(origin + pathname + search, {
      method: request.method,
      headers,
      body,
      signal: AbortSignal.timeout(20_000),
    })
    return new Response(response.body, {
      status: response.status,
      headers: [...response.headers].filter(([name]) => !OF_THE_SERVER.includes(name)),
    })
  }
}

const mounts: [string, (mount: NodeMount) => RequestListener][] = [
  ['node:http', (mount) => mount],
  ['Express', (mount) => express().use(mount)],
  ['Express under a path', (mount) => express().use(BASE, mount).use(mount)],
  [
    'Express after a body parser',
    (mount) => express().use(express.json(), express.urlencoded()).use(mount),
  ],
  [
    'Express after a parser of raw bytes',
    (mount) =>
      express()
        .use(express.raw({ type: '*/*' }))
        .use(mount),
  ],
  [
    'Express after a parser of text',
    (mount) =>
      express()
        .use(express.text({ type: '*/*' }))
        .use(mount),
  ],
  [
    'Express after a parser that leaves an empty body',
    (mount) =>
      express()
        .use((request, _, next) => {
          request.body = {}
          next()
        })
        .use(mount),
  ],
]

describe.each(mounts)('nodeHandler in %s', (_, wire) => {
  it('walks through enrollment, a login and the end of it', async () => {
    const p = portal()
    const origin = await listen(wire(nodeHandler(p.serve)))
    const ada = await enrollOver({ ...p, serve: over(origin) }, 'ada')
    expect((await ada.at.get('/status')).body).toMatchObject({ enrolled: true })
    const begun = await ada.at.post('/step-up/begin', { purpose: 'manage_factors' })
    const verified = await ada.at.post('/step-up/verify', {
      challenge: text(begun, 'challenge'),
      code: ada.phone.code(p.clock()),
    })
    const removed = await ada.at.post('/factors/remove-all', { permit: text(verified, 'permit') })
    expect(removed.body).toEqual({ outcome: 'accepted', enrolled: false })
    const cookies = (await ada.at.login('ada')).headers.getSetCookie()
    expect(cookies).toEqual([expect.stringMatching(/^session=/)])
  })

  it('413, 415, 405 and 404 get through, and so does what is asked next', async () => {
    const p = portal()
    const origin = await listen(wire(nodeHandler(p.handler)))
    const at = browser(over(origin))
    expect((await at.post('/login/verify', { code: 'x'.repeat(20_000) })).status).toBe(413)
    expect(
      (await at.post('/login/verify', {}, { headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(415)
    expect((await at.ask('PUT', `${BASE}/login/verify`, { body: {} })).status).toBe(405)
    expect((await at.post('/nope', { x: 'y'.repeat(50_000) })).status).toBe(404)
    expect((await at.post('/login/verify', { code: '1' })).status).toBe(410)
  })
})

describe('nodeHandler', () => {
  it('passes on what is not its own; without a next in line that is a 404', async () => {
    const p = portal()
    const app = express()
      .use(nodeHandler(p.handler))
      .get('/own', (_, response) => {
        response.send('own')
      })
    expect(await (await fetch(`${await listen(app)}/own`)).text()).toBe('own')
    expect((await fetch(`${await listen(nodeHandler(p.handler))}/own`)).status).toBe(404)
  })

  it('mounts a guard as it mounts a handler, and a handler that throws goes to the error handler', async () => {
    const guard = requireVerified({
      twoFactor: portal().twoFactor,
      session: () => null,
      minimum: 'mfa',
    })
    const app = express()
      .set('env', 'test')
      .use('/admin', nodeHandler(guard))
      .use(
        '/broken',
        nodeHandler(() => Promise.reject(new Error('broken'))),
      )
    app.use((_: unknown, response: express.Response) => {
      response.send('through')
    })
    const onError: express.ErrorRequestHandler = (error: Error, _, response, next) => {
      if (response.headersSent) next(error)
      else response.status(500).send(error.message)
    }
    app.use(onError)
    const origin = await listen(app)
    expect((await fetch(`${origin}/admin/users`)).status).toBe(401)
    expect(await (await fetch(`${origin}/broken`)).text()).toBe('broken')
    expect(await (await fetch(`${origin}/`)).text()).toBe('through')
  })

  it('without a framework, a handler that throws is a 503 that says nothing, and not the end of the process', async () => {
    const reported: unknown[] = []
    const broken = new Error('broken')
    const origin = await listen(
      nodeHandler(() => Promise.reject(broken), { onError: (error) => void reported.push(error) }),
    )
    const response = await fetch(origin)
    expect([response.status, await response.json(), reported]).toEqual([
      503,
      { error: 'unavailable' },
      [broken],
    ])
  })

  it('says where the request went: by Host or by its own option', async () => {
    const seen: string[] = []
    const see: FetchHandler = (request) => {
      seen.push(request.url)
      return Promise.resolve(new Response('seen'))
    }
    const origin = await listen(nodeHandler(see))
    const { host } = new URL(origin)
    await raw(origin, `GET /a?b=1 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    expect(seen).toEqual([`${origin}/a?b=1`])
    await raw(
      await listen(nodeHandler(see, { origin: 'https://portal.example' })),
      'GET /x HTTP/1.1\r\nHost: 10.0.0.7:3000\r\nConnection: close\r\n\r\n',
    )
    expect(seen.at(-1)).toBe('https://portal.example/x')
  })

  it('an older browser is of the same origin by that same host', async () => {
    const proxied = await listen(
      nodeHandler(requireSameOrigin(), { origin: 'https://portal.example' }),
    )
    const statusOf = async (origin: string): Promise<number> =>
      (await fetch(proxied, { method: 'POST', headers: { origin } })).status
    expect([await statusOf('https://portal.example'), await statusOf(proxied)]).toEqual([404, 403])
  })

  it('a request that is none is a 400', async () => {
    const origin = await listen(nodeHandler(portal().handler))
    for (const head of [
      'GET /two-factor/status HTTP/1.1\r\nHost: [::',
      'TRACE /two-factor/status HTTP/1.1\r\nHost: x',
      'GET /two-factor/status HTTP/1.1\r\nHost: a b',
    ]) {
      expect(await raw(origin, `${head}\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
    }
  })

  it('a client that breaks off in the middle of a body harms nobody', async () => {
    const p = portal()
    const origin = await listen(nodeHandler(p.handler))
    const broken = send(`${origin}${BASE}/login/verify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '100' },
    })
    broken.on('error', () => undefined)
    broken.write('{"code":')
    await new Promise((resolve) => setTimeout(resolve, 50))
    broken.destroy()
    expect((await browser(over(origin)).post('/login/verify', { code: '1' })).status).toBe(410)
    expect(p.reported).toEqual([])
  })

  it('a body that nobody reads does not stand in the way of the next request on the connection', async () => {
    const origin = await listen(nodeHandler(portal().handler))
    const large = `POST ${BASE}/nope HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n${' '.repeat(500_000)}`
    const answers = await raw(
      origin,
      `${large}GET ${BASE}/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    )
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 404', 'HTTP/1.1 401'])
  })

  it('answers of other kinds, several cookies and bytes, arrive as they are', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const headers: [string, string][] = [
      ['Set-Cookie', 'a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT'],
      ['Set-Cookie', 'b=2'],
      ['Content-Type', 'image/png'],
    ]
    const response = await fetch(
      await listen(
        nodeHandler(() => Promise.resolve(new Response(bytes, { status: 201, headers }))),
      ),
    )
    expect([response.status, response.headers.getSetCookie()]).toEqual([
      201,
      ['a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT', 'b=2'],
    ])
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
  })
})
