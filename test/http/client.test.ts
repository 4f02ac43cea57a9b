import { createTwoFactorClient, type TwoFactorClient, TwoFactorRequestError } from 'keystep/http'
import * as clientDoor from 'keystep/http/client'
import { describe, expect, it } from 'vitest'
import { nextCode } from '../flow/house.ts'
import { BASE, browser, ORIGIN, portal } from './portal.ts'
import { bodyOf, routes } from './routes.ts'
import { challenged, enrollOver, text } from './walk.ts'

/** A front end's fetch: relative URLs, cookies of the browser. */
function fetchOf(at: ReturnType<typeof browser>) {
  return async (url: string, { method = 'GET', headers, body }: RequestInit): Promise<Response> => {
    const answer = await at.ask(method, url, {
      ...(typeof body === 'string' && { raw: body }),
      headers: Object.fromEntries(new Headers(headers)),
    })
    return new Response(answer.text, { status: answer.status })
  }
}

/**
 * The method of a client that stands for a route: `POST /factors/remove-all` is
 * `factors.removeAll`.
 */
function methodOf(client: TwoFactorClient, path: string): (body: object) => Promise<unknown> {
  const parts = path
    .slice(1)
    .split('/')
    .map((part) => part.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()))
  return parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], client) as (
    body: object,
  ) => Promise<unknown>
}

describe('createTwoFactorClient', () => {
  it.each(routes)('has $name, and sends just that', async ({ name, method, path }) => {
    const asked: unknown[] = []
    const client = createTwoFactorClient((url, init) => {
      asked.push([
        init.method ?? 'GET',
        url,
        init.body === undefined ? null : JSON.parse(init.body as string),
        new Headers(init.headers).get('content-type'),
      ])
      return Promise.resolve(Response.json({ outcome: 'accepted' }))
    })
    expect(await methodOf(client, path)(bodyOf(name))).toEqual({ outcome: 'accepted' })
    expect(asked).toEqual([
      [
        method,
        BASE + path,
        ...(method === 'GET' ? [null, null] : [bodyOf(name), 'application/json']),
      ],
    ])
  })

  it('has nothing but the routes', () => {
    const client = createTwoFactorClient(() => Promise.reject(new Error('unused')))
    const leaves = Object.values(client).flatMap((part: object) =>
      typeof part === 'function' ? [part] : Object.values(part),
    )
    expect(leaves).toHaveLength(routes.length)
  })

  it('walks through a login; answers are typed, a rejection is one of them', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const client = createTwoFactorClient(fetchOf(await challenged(p, 'ada')))
    const wrong = await client.login.verify({ code: 'abc' })
    expect(wrong).toEqual({ outcome: 'rejected', reason: 'malformed_code' })
    const right = await client.login.verify({
      code: nextCode(p.clock, ada.phone),
      rememberDevice: { label: 'Firefox' },
    })
    if (right.outcome !== 'accepted') throw new Error(right.outcome)
    expect([
      right.failuresBefore,
      right.backupCodesLeft,
      new Date(right.device!.expiresAt).getUTCFullYear(),
    ]).toEqual([0, 10, 2026])
    const { enrolled, factors } = await client.status()
    expect([enrolled, factors[0]?.label]).toEqual([true, 'Phone'])
    const step = await client.stepUp.begin({ purpose: 'manage_factors' })
    if (step.next !== 'challenge') throw new Error(step.next)
    const verified = await client.stepUp.verify({
      challenge: step.challenge,
      code: nextCode(p.clock, ada.phone),
    })
    if (verified.outcome !== 'accepted') throw new Error(verified.reason)
    expect(await client.factors.removeAll({ permit: verified.permit })).toEqual({
      outcome: 'accepted',
      enrolled: false,
    })
  })

  it('what is no answer of a route is an error with its status: no session, a proxy, no network', async () => {
    const at = browser(portal().serve)
    await expect(createTwoFactorClient(fetchOf(at)).status()).rejects.toMatchObject({
      name: 'TwoFactorRequestError',
      status: 401,
      error: 'no_session',
    })
    const html = createTwoFactorClient(() =>
      Promise.resolve(new Response('<h1>Bad Gateway</h1>', { status: 502 })),
    )
    await expect(html.login.verify({ code: '1' })).rejects.toMatchObject({ status: 502, error: '' })
    const login = createTwoFactorClient(() => Promise.resolve(new Response('<h1>Log in</h1>')))
    await expect(login.status()).rejects.toBeInstanceOf(TwoFactorRequestError)
    const offline = createTwoFactorClient(() => Promise.reject(new TypeError('fetch failed')))
    await expect(offline.status()).rejects.toMatchObject({
      status: 0,
      cause: { message: 'fetch failed' },
    })
  })

  it('another base path, with another origin', async () => {
    const asked: string[] = []
    const client = createTwoFactorClient(
      (url) => {
        asked.push(url)
        return Promise.resolve(Response.json({ outcome: 'accepted', revoked: 0 }))
      },
      { basePath: `${ORIGIN}/api/2fa` },
    )
    await client.devices.revokeAll({})
    expect(asked).toEqual([`${ORIGIN}/api/2fa/devices/revoke-all`])
  })

  it('is the same at the door of its own, which bundles of front ends take', () => {
    expect({ ...clientDoor }).toEqual({ createTwoFactorClient, TwoFactorRequestError })
  })

  it('V23: its errors carry nothing of what was typed', async () => {
    const p = portal()
    const ada = await enrollOver(p, 'ada')
    const begun = await ada.at.post('/step-up/begin', { purpose: 'manage_factors' })
    const client = createTwoFactorClient(fetchOf(browser(p.serve)))
    const error = await client.stepUp
      .verify({ challenge: text(begun, 'challenge'), code: '271828' })
      .catch((caught: unknown) => caught)
    const { message, stack } = error as Error
    expect(`${message} ${stack} ${JSON.stringify(error)}`).not.toMatch(/271828|ksc_/)
  })
})
