// One mount serves frameworks that await it and a server that does not.
/* eslint-disable @typescript-eslint/no-misused-promises */
import express from 'express'
import { type FetchHandler, nodeHandler, type NodeMount, type NodeResponse } from 'keystep/http'
import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { describeInstalled } from '../examples/frameworks/installed.ts'
import { listen, raw } from './listen.ts'

const ask = async (origin: string): Promise<Response> =>
  fetch(origin, { signal: AbortSignal.timeout(20_000) })
const handler: FetchHandler = () =>
  Promise.resolve(
    new Response('{}', {
      status: 201,
      headers: [
        ['Set-Cookie', 'session=1'],
        ['Set-Cookie', 'device=2'],
        ['X-Frame-Options', 'DENY'],
      ],
    }),
  )
/** Opens a session, so to speak, and then cannot say so. */
const breaksOff: FetchHandler = () =>
  Promise.resolve(
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.error(new Error('the body broke off'))
        },
      }),
      { headers: { 'Set-Cookie': 'session=1' } },
    ),
  )

/** Opens a session, and says so beside a header that no server sends. */
const unsendable: FetchHandler = () =>
  Promise.resolve(
    new Response('{}', { headers: { 'Set-Cookie': 'session=1', 'X-Last': 'a\u0001b' } }),
  )

async function expectAllHeaders(origin: string): Promise<void> {
  const { status, headers } = await ask(origin)
  expect([
    status,
    headers.getSetCookie().sort(),
    headers.get('strict-transport-security'),
    headers.get('x-frame-options'),
  ]).toEqual([201, ['device=2', 'lang=de', 'session=1'], 'max-age=1', 'DENY'])
}

async function expectPlain500(origin: string): Promise<void> {
  const response = await ask(origin)
  expect([response.status, response.headers.getSetCookie()]).toEqual([500, []])
}

describe('Express', () => {
  it('keeps the headers and cookies that were set before', async () => {
    const app = express().use((_, response, next) => {
      response.set({
        'Set-Cookie': 'lang=de',
        'Strict-Transport-Security': 'max-age=1',
        'X-Frame-Options': 'ALLOW',
      })
      next()
    })
    await expectAllHeaders(await listen(app.use(nodeHandler(handler))))
  })

  it('is told of a body that breaks off, and no session comes of it', async () => {
    await expectPlain500(await listen(express().set('env', 'test').use(nodeHandler(breaksOff))))
  })

  it('is told of a header that cannot be sent, and no session comes of it, however it answers', async () => {
    const app = express()
      .use(nodeHandler(unsendable))
      .use(((_error, _request, response, next) => {
        if (response.headersSent) next()
        else response.status(500).send('own')
      }) satisfies express.ErrorRequestHandler)
    await expectPlain500(await listen(app))
  })
})

describe('node:http', () => {
  it('keeps the headers and cookies that were set before', async () => {
    const mount = nodeHandler(handler)
    await expectAllHeaders(
      await listen((request, response) => {
        response.setHeader('Set-Cookie', ['lang=de'])
        response.setHeader('Strict-Transport-Security', 'max-age=1')
        return mount(request, response)
      }),
    )
  })

  it('a body that breaks off is a reported 503 without a session, and not the end of the process', async () => {
    const reported: unknown[] = []
    const response = await ask(
      await listen(nodeHandler(breaksOff, { onError: (error) => void reported.push(error) })),
    )
    expect([
      response.status,
      await response.json(),
      response.headers.getSetCookie(),
      reported,
    ]).toEqual([503, { error: 'unavailable' }, [], [new Error('the body broke off')]])
  })

  /**
   * Mounts a handler whose answer comes after somebody else's; resolves with what is left of the
   * connection and what was reported.
   */
  async function late(
    answer: (response: NodeResponse & { write(text: string): unknown }) => void,
  ): Promise<[string, unknown[]]> {
    const reported: unknown[] = []
    const origin = await listen((request, response) => {
      const mount = nodeHandler(
        () => {
          answer(response)
          return handler(new Request('http://a'))
        },
        { onError: (error) => void reported.push(error) },
      )
      return mount(request, response)
    })
    return [await raw(origin, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'), reported]
  }
  const tooLate = [expect.objectContaining({ code: 'ERR_HTTP_HEADERS_SENT' })]

  it('an answer that comes after a timeout of yours is reported, and yours stands', async () => {
    const [answer, reported] = await late((response) => {
      response.statusCode = 504
      response.end(Buffer.from('timeout'))
    })
    expect([answer.slice(9, 12), answer.endsWith('timeout'), reported]).toEqual([
      '504',
      true,
      tooLate,
    ])
  })

  it('one that comes into the middle of another ends the connection', async () => {
    const [answer, reported] = await late((response) => {
      response.write('half of')
    })
    expect([/\r\n0\r\n\r\n$/.test(answer), reported]).toEqual([false, tooLate])
  })
})

describeInstalled(() => {
  const require = createRequire(new URL('../../examples/frameworks/package.json', import.meta.url))

  describe('Koa', () => {
    interface Context {
      set(headers: Record<string, string>): void
    }
    interface App {
      silent: boolean
      use(middleware: NodeMount | ((context: Context, next: () => unknown) => unknown)): App
      callback(): RequestListener
    }
    const koa = (): App => Object.assign(new (require('koa') as new () => App)(), { silent: true })

    it('keeps the headers and cookies that were set before', async () => {
      const app = koa().use((context: Context, next: () => unknown) => {
        context.set({ 'Set-Cookie': 'lang=de', 'Strict-Transport-Security': 'max-age=1' })
        return next()
      })
      await expectAllHeaders(await listen(app.use(nodeHandler(handler)).callback()))
    })

    it('is told of a body that breaks off, and no session comes of it', async () => {
      await expectPlain500(await listen(koa().use(nodeHandler(breaksOff)).callback()))
      await expectPlain500(await listen(koa().use(nodeHandler(unsendable)).callback()))
    })
  })

  describe('Fastify', () => {
    interface Reply {
      header(name: string, value: string): Reply
    }
    interface App {
      addHook(
        name: string,
        hook: NodeMount | ((request: unknown, reply: Reply) => Promise<void>),
      ): App
      all(path: string, route: NodeMount | (() => object)): App
      ready(): PromiseLike<unknown>
      routing: RequestListener
    }
    const fastify = (): App => (require('fastify') as () => App)()
    const withHeaders = (): App =>
      fastify()
        .addHook('onRequest', async (_: unknown, reply: Reply) => {
          reply.header('set-cookie', 'lang=de').header('strict-transport-security', 'max-age=1')
        })
        .addHook('onSend', async (_: unknown, reply: Reply) => {
          reply.header('x-sent', 'by its hook')
        })
    const start = async (app: App): Promise<string> => {
      await app.ready()
      return listen(app.routing)
    }

    it.each([
      ['a route', (mount: NodeMount) => withHeaders().all('/', mount)],
      [
        'a hook',
        (mount: NodeMount) =>
          withHeaders()
            .addHook('preHandler', mount)
            .all('/', () => ({ not: 'reached' })),
      ],
      [
        'an early hook',
        (mount: NodeMount) =>
          withHeaders()
            .addHook('onRequest', mount)
            .all('/', () => ({ not: 'reached' })),
      ],
    ])(
      'as %s: keeps the headers and cookies that were set before, and those of hooks to come',
      async (_, wire) => {
        const origin = await start(wire(nodeHandler(handler)))
        await expectAllHeaders(origin)
        const response = await ask(origin)
        expect([response.headers.get('x-sent'), await response.text()]).toEqual([
          'by its hook',
          '{}',
        ])
      },
    )

    it('sends bytes and empty bodies as they are', async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
      const image = await ask(
        await start(
          fastify().all(
            '/',
            nodeHandler(() =>
              Promise.resolve(new Response(bytes, { headers: { 'content-type': 'image/png' } })),
            ),
          ),
        ),
      )
      expect([
        image.headers.get('content-type'),
        new Uint8Array(await image.arrayBuffer()),
      ]).toEqual(['image/png', bytes])
      const empty = await ask(
        await start(
          fastify().all(
            '/',
            nodeHandler(() => Promise.resolve(new Response(null, { status: 204 }))),
          ),
        ),
      )
      expect([empty.status, await empty.text(), empty.headers.get('content-type')]).toEqual([
        204,
        '',
        null,
      ])
    })

    it('is told of a body that breaks off, and no session comes of it', async () => {
      await expectPlain500(await start(fastify().all('/', nodeHandler(breaksOff))))
      await expectPlain500(await start(fastify().all('/', nodeHandler(unsendable))))
    })
  })
})
