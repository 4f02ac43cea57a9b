// One mount serves frameworks that await it and a server that does not.
/* eslint-disable @typescript-eslint/no-misused-promises */
import express from 'express'
import { type FetchHandler, nodeHandler } from 'keystep/http'
import { describe, expect, it } from 'vitest'
import { listen, raw } from './listen.ts'
import { BASE, portal } from './portal.ts'

const get = async (origin: string, path: string, host: string): Promise<string> =>
  (await raw(origin, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).slice(
    9,
    12,
  )

describe('what a framework mounted by path stands before the handler', () => {
  const app = () =>
    express()
      .use(BASE, (_, response) => {
        response.status(418).end()
      })
      .use(nodeHandler(portal().handler))

  it.each([
    ['/x', `a${BASE}/status?`],
    ['/x', `a${BASE}/status#`],
    [`/x${BASE}/status`, ''],
    [`/x${BASE}/status`, '/'],
    ['/x', `a\\${BASE}\\status?`],
    ['/x', 'u:p@a'],
    ['/x', 'a:b'],
    ['/x', 'a:99999'],
    ['/x', 'a b'],
    ['/x', '[::'],
    [`/x/..${BASE}/status`, 'a'],
    [`/%2E${BASE}/status`, 'a'],
    [`/x/.%2e${BASE}/status?y`, 'a'],
    [`/.${BASE}/status`, 'a'],
    [`\\two-factor/status`, 'a'],
    [`/x\\..\\two-factor\\status`, 'a'],
    ['/two-\tfactor/status', 'a'],
  ])('%s of Host %j does not get past it', async (path, host) => {
    expect(['400', '404', '418']).toContain(await get(await listen(app()), path, host))
  })

  it('is asked for what the handler would answer', async () => {
    const origin = await listen(app())
    expect([
      await get(origin, `${BASE}/status`, 'a'),
      await get(origin, `${BASE}/status`, 'evil?'),
    ]).toEqual(['418', '418'])
  })
})

describe('nodeHandler', () => {
  const seen: string[] = []
  const see: FetchHandler = (request) => {
    seen.push(request.url)
    return Promise.resolve(new Response('seen'))
  }

  it('takes every host that is one, and every path as it came', async () => {
    const origin = await listen(nodeHandler(see))
    for (const host of [
      'portal.example',
      'Portal.Example:8443',
      'a_b',
      '127.0.0.1:80',
      '[::1]:3000',
      'a:',
    ])
      expect(await get(origin, '/a', host)).toBe('200')
    for (const path of [
      '/a?b=/../c',
      '/a#/../c',
      '/a/...',
      '/.well-known',
      '/a..b',
      '/%2e%2ea',
      '/a/b/',
    ])
      expect(await get(origin, path, 'a')).toBe('200')
    expect(seen).toEqual([
      'http://portal.example/a',
      'http://portal.example:8443/a',
      'http://a_b/a',
      'http://127.0.0.1/a',
      'http://[::1]:3000/a',
      'http://a/a',
      'http://a/a?b=/../c',
      'http://a/a#/../c',
      'http://a/a/...',
      'http://a/.well-known',
      'http://a/a..b',
      'http://a/%2e%2ea',
      'http://a/a/b/',
    ])
  })

  it('answers what is no request itself, and passes it on to nobody: a guard that passes on is open', async () => {
    const app = express()
      .use(nodeHandler(() => Promise.resolve(null)))
      .use((_, response) => {
        response.send('through')
      })
    const origin = await listen(app)
    expect([
      await get(origin, '/x', 'a'),
      await get(origin, '/x', 'a/b'),
      await get(origin, '/x/../y', 'a'),
    ]).toEqual(['200', '400', '400'])
  })

  it('takes an origin and nothing else for its own', () => {
    for (const origin of [
      'https://portal.example/',
      'https://portal.example/app',
      'portal.example',
      '',
    ]) {
      expect(() => nodeHandler(see, { origin })).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION' }),
      )
    }
  })
})
