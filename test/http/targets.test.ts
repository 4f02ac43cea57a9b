// What a guard sees is what the router behind it routes, whatever stands in the request line; and a
// guarded route answers nobody without a session. Raw sockets, since `fetch` repairs what it sends.
// One mount serves frameworks that await it and a server that does not.

// One mount serves frameworks that await it and a server that does not.
/* eslint-disable @typescript-eslint/no-misused-promises */
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import { type FetchHandler, nodeHandler, type NodeMount, requireVerified } from 'keystep/http'
import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { describeInstalled } from '../examples/frameworks/installed.ts'
import { listen, raw } from './listen.ts'
import { portal } from './portal.ts'

/** Request lines without their version. Each wants, one way or another, to reach `/dns`. */
const CORPUS: readonly string[] = [
  'GET /dns',
  'GET /dns?x=1',
  'GET /dns?/../x',
  'GET /dns#x',
  'GET /x#/../dns',
  'GET http://portal.example/dns',
  'GET HTTP://portal.example/dns',
  'GET https://portal.example/dns',
  'GET http:/dns',
  'GET portal.example/dns',
  'GET dns',
  'GET //dns',
  'GET //portal.example/dns',
  'GET ///dns',
  'GET /\\dns',
  'GET \\dns',
  'GET /./dns',
  'GET /x/../dns',
  'GET /x/%2e%2e/dns',
  'GET /%2e/dns',
  'GET /x/..%2fdns',
  'GET /%2fdns',
  'GET /dns%2f',
  'GET /%64ns',
  'GET /%2564ns',
  'GET /DNS',
  'GET /Dns',
  'GET /dns/',
  'GET /dns//',
  'GET /dns;x',
  'GET /dns;/x',
  'GET /;/dns',
  'GET /dns%00',
  'GET /dns%0a',
  'GET /dns%20',
  'GET /dns.',
  'GET /dns\u0000',
  'GET /dns\u00a0',
  `GET /dns?${'a'.repeat(8000)}`,
  `GET /dns/${'a/'.repeat(4000)}`,
  'HEAD /dns',
  'HEAD http://portal.example/dns',
  'OPTIONS *',
  'OPTIONS /dns',
  'GET *',
  'CONNECT /dns',
  'CONNECT portal.example:443',
  'CONNECT portal.example:443/dns',
  'POST http://portal.example/dns',
]

/** The kinds of target that are no path, and get a 400 before anything else is asked. */
const NO_PATH = /^\w+ (?!\/(?!\/))/

const isDns = (pathname: string): boolean => pathname === '/dns'

/** A guard that selects by path, as the documents say not to. */
const byPath: FetchHandler = (request) =>
  Promise.resolve(isDns(new URL(request.url).pathname) ? new Response('', { status: 401 }) : null)
/** A guard on the route itself; nobody is logged in. */
const onRoute = requireVerified({
  twoFactor: portal().twoFactor,
  session: () => null,
  minimum: 'mfa',
})

type App = { readonly name: string; start(kind: 'by path' | 'on route'): Promise<string> }

const statusOf = async (origin: string, line: string): Promise<string> =>
  (await raw(origin, `${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).slice(9, 12)

/** Targets that the router finds its route by, though their path is another. */
const ROUTED_ANYWAY: Readonly<Record<string, readonly string[]>> = {
  'Express': ['GET /DNS', 'GET /Dns', 'GET /dns/'],
  'Koa': ['GET /DNS', 'GET /Dns', 'GET /dns/'],
  'Fastify': ['GET /%64ns'],
  'node:http': [],
  'Hono': ['GET /%64ns'],
}

function compare({ name, start }: App): void {
  it(`V29: ${name}: a guarded route answers no target without a session`, async () => {
    const origin = await start('on route')
    const open: string[] = []
    for (const line of CORPUS) if ((await statusOf(origin, line)) === '200') open.push(line)
    expect(open).toEqual([])
    expect(await statusOf(origin, 'GET /dns')).toBe('401')
  })

  // @hono/node-server reads an absolute target as its router does, so its guard and route agree.
  const answers = name === 'Hono' ? ['400', '401', '404', ''] : ['400', '404', '']
  it(`V29: ${name}: what is no path passes no guard and no route`, async () => {
    const origin = await start('by path')
    for (const line of CORPUS.filter((one) => NO_PATH.test(one))) {
      // Node itself ends a CONNECT that nobody listens for, and refuses some targets as garbage.
      expect(answers, line).toContain(await statusOf(origin, line))
    }
  })

  it(`V29: ${name}: a guard by path misses the targets that the documents name, and no others`, async () => {
    const origin = await start('by path')
    const missed: string[] = []
    for (const line of CORPUS) if ((await statusOf(origin, line)) === '200') missed.push(line)
    expect(missed).toEqual(ROUTED_ANYWAY[name])
  })
}

compare({
  name: 'Express',
  start: (kind) => {
    const app = express()
    if (kind === 'by path') app.use(nodeHandler(byPath))
    else app.use('/dns', nodeHandler(onRoute))
    return listen(app.all('/dns', (_, response) => void response.send('in')))
  },
})

compare({
  name: 'node:http',
  start: (kind) => {
    const guard = nodeHandler(kind === 'by path' ? byPath : onRoute)
    // The router that one writes by hand: by the path of the target, read as a URL.
    return listen((request, response) => {
      const route = (): void => {
        const { pathname } = new URL(request.url ?? '/', 'http://a')
        response.statusCode = isDns(pathname) ? 200 : 404
        response.end()
      }
      void guard(request, response, route)
    })
  },
})

compare({
  name: 'Hono',
  start: (kind) => {
    const app = new Hono()
    const guard = kind === 'by path' ? byPath : onRoute
    app.use(kind === 'by path' ? '*' : '/dns', async (context, next) => {
      const refusal = await guard(context.req.raw)
      if (refusal) return refusal
      return next()
    })
    app.all('/dns', (context) => context.text('in'))
    return listen(getRequestListener(app.fetch))
  },
})

describeInstalled(() => {
  const require = createRequire(new URL('../../examples/frameworks/package.json', import.meta.url))

  interface Koa {
    silent: boolean
    use(middleware: unknown): Koa
    callback(): RequestListener
  }
  interface Router {
    all(path: string, ...middleware: unknown[]): Router
    routes(): unknown
  }
  compare({
    name: 'Koa',
    start: (kind) => {
      const app = Object.assign(new (require('koa') as new () => Koa)(), { silent: true })
      const { default: RouterOfKoa = require('@koa/router') } = require('@koa/router') as {
        default?: new () => Router
      }
      const router = new (RouterOfKoa as new () => Router)()
      const route = (context: { body: unknown }): void => {
        context.body = 'in'
      }
      if (kind === 'by path') app.use(nodeHandler(byPath))
      router.all('/dns', ...(kind === 'by path' ? [route] : [nodeHandler(onRoute), route]))
      return listen(app.use(router.routes()).callback())
    },
  })

  interface Fastify {
    addHook(name: string, hook: NodeMount): Fastify
    all(path: string, options: object, route: () => object): Fastify
    ready(): PromiseLike<unknown>
    routing: RequestListener
  }
  compare({
    name: 'Fastify',
    start: async (kind) => {
      const app = (require('fastify') as () => Fastify)()
      if (kind === 'by path') app.addHook('onRequest', nodeHandler(byPath))
      const options = kind === 'by path' ? {} : { onRequest: nodeHandler(onRoute) }
      app.all('/dns', options, () => ({ in: true }))
      await app.ready()
      return listen(app.routing)
    },
  })
})

describe('the corpus', () => {
  it('holds targets of every kind that is refused', () => {
    expect(CORPUS.filter((line) => NO_PATH.test(line)).length).toBeGreaterThan(15)
  })
})
