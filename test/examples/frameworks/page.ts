import { request as send } from 'node:http'
import { text } from 'node:stream/consumers'
import { createTwoFactorClient, type TwoFactorClient } from 'keystep/http/client'

/** What the portal is called outside: a proxy that ends TLS is between, and passes `Host` on. */
const HOST = 'portal.example'

/** What came back; an empty body where it is no JSON object. */
export interface Answer {
  status: number
  body: Record<string, unknown>
  text: string
  cookies: string[]
}

/**
 * A page of the portal in a browser of its own that has no `Sec-Fetch-Site` yet: it keeps cookies,
 * and says by `Origin` where it is from.
 */
export class Page {
  readonly cookies = new Map<string, string>()
  readonly client: TwoFactorClient
  readonly #portal: string

  constructor(portal: string) {
    this.#portal = portal
    this.client = createTwoFactorClient(async (path, { method = 'GET', body }) => {
      const answer = await this.ask(method, path, typeof body === 'string' ? body : undefined)
      return Response.json(answer.body, { status: answer.status })
    })
  }

  post(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask('POST', path, JSON.stringify(body), headers)
  }

  async ask(
    method: string,
    path: string,
    body = '',
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const json =
      method === 'GET'
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
    const all = { host: HOST, origin: `https://${HOST}`, cookie, ...json, ...headers }
    const [status, cookies, said] = await exchange(this.#portal + path, method, all, body)
    for (const line of cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (line.includes('Max-Age=0')) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return {
      status,
      cookies,
      text: said,
      body: said.startsWith('{') ? (JSON.parse(said) as Answer['body']) : {},
    }
  }
}

/** `fetch` sets `Host` itself, and that is what a proxy decides. */
function exchange(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string,
): Promise<[status: number, cookies: string[], text: string]> {
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers, timeout: 20_000, agent: false }, (response) => {
      text(response).then((said) => {
        resolve([response.statusCode ?? 0, response.headers['set-cookie'] ?? [], said])
      }, reject)
    })
    request
      .on('timeout', () => request.destroy(new Error('no answer within 20 s')))
      .on('error', reject)
      .end(body)
  })
}
