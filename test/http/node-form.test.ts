import express from 'express'
import { nodeHandler, requirePermit } from 'keystep/http'
import { describe, expect, it } from 'vitest'
import { listen } from './listen.ts'
import { browser, portal, type Portal } from './portal.ts'
import { text } from './walk.ts'

const toForm = (
  fields: URLSearchParams | string,
  headers: Record<string, string> = {},
): RequestInit => ({
  method: 'POST',
  body: String(fields),
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
})

describe('the permit of a hidden field, as docs/http.md has it', () => {
  const guardOf = ({ twoFactor, session }: Portal) =>
    nodeHandler(
      requirePermit('dns.change', {
        twoFactor,
        session,
        permit: async (request) => (await request.clone().formData()).get('permit') as string,
      }),
    )

  it.each([
    ['qs', true],
    ['querystring', false],
  ])(
    'after the parser of the form (%s): the guard sees it, and so does the route',
    async (_, extended) => {
      const p = portal()
      const at = browser(p.serve)
      await at.login('ada')
      const permit = text(await at.post('/step-up/begin', { purpose: 'dns.change' }), 'permit')
      const app = express()
        .use(express.urlencoded({ extended }))
        .post('/dns', guardOf(p), (request, response) => {
          response.json(request.body)
        })
      const origin = await listen(app)
      const cookie = `session=${p.opened.at(-1)!.sessionId}`
      const changed = await fetch(
        `${origin}/dns`,
        toForm(new URLSearchParams({ permit, name: 'www' }), { cookie }),
      )
      expect([changed.status, await changed.json()]).toEqual([200, { permit, name: 'www' }])
      for (const fields of ['name=www', `permit=${permit}x`, ''])
        expect((await fetch(`${origin}/dns`, toForm(fields, { cookie }))).status).toBe(403)
    },
  )
})

it.each([true, false])(
  'a form that a parser has read is a form again (extended: %s)',
  async (extended) => {
    const seen: string[][] = []
    const see = nodeHandler(async (request) => {
      seen.push(
        [...(await request.formData())].map(([name, value]) => `${name}=${value as string}`),
      )
      return Response.json({})
    })
    const origin = await listen(express().use(express.urlencoded({ extended })).use(see))
    const fields = ['a=1', 'b=x y', 'b=ü&=', 'c[d]=2', 'c[e][f]=3']
    await fetch(
      origin,
      toForm(
        new URLSearchParams(
          fields.map((field) => [
            field.slice(0, field.indexOf('=')),
            field.slice(field.indexOf('=') + 1),
          ]),
        ),
      ),
    )
    await fetch(
      origin,
      toForm('', { 'content-type': 'Application/X-WWW-Form-URLencoded; charset=utf-8' }),
    )
    expect(seen).toEqual([fields, []])
  },
)
