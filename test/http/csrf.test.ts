import { requireSameOrigin } from 'keystep/http'
import { describe, expect, it } from 'vitest'

const own = 'https://portal.example'

async function refused(
  headers: Record<string, string>,
  origins?: string[],
  url = `${own}/change`,
): Promise<boolean> {
  const response = await requireSameOrigin({ origins })(
    new Request(url, { method: 'POST', headers }),
  )
  if (response)
    expect([response.status, await response.text(), response.headers.get('cache-control')]).toEqual(
      [403, '{"error":"cross_origin"}', 'no-store'],
    )
  return response !== null
}

describe('requireSameOrigin', () => {
  it.each([
    ['the page itself', { 'sec-fetch-site': 'same-origin', 'origin': own }],
    [
      'the page itself, behind a proxy that changes Host',
      { 'sec-fetch-site': 'same-origin', 'origin': 'https://public.example' },
    ],
    ['an address that was typed', { 'sec-fetch-site': 'none' }],
    ['an older browser', { origin: own }],
    ['an older browser, behind a proxy that ends TLS', { origin: 'http://portal.example' }],
    [
      'an older browser, of a portal whose framework has a name of its own in the URL',
      { origin: 'https://public.example', host: 'public.example' },
    ],
    [
      'an older browser, where Host names the default port',
      { origin: own, host: 'Portal.Example:443' },
    ],
    ['no browser', {}],
  ] as [string, Record<string, string>][])('lets through %s', async (_, headers) => {
    expect(await refused(headers)).toBe(false)
  })

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', 'origin': 'https://evil.example' }],
    ['a subdomain', { 'sec-fetch-site': 'same-site', 'origin': 'https://blog.portal.example' }],
    ['another site that hides its origin', { 'sec-fetch-site': 'cross-site', 'origin': 'null' }],
    ['another site that has no origin', { 'sec-fetch-site': 'cross-site' }],
    ['a value that no standard knows', { 'sec-fetch-site': 'Same-Origin' }],
    ['an older browser on another site', { origin: 'https://evil.example' }],
    ['an older browser in a sandbox', { origin: 'null' }],
    ['another port', { origin: 'https://portal.example:8443' }],
    ['a look-alike', { origin: 'https://portal.example.evil.example' }],
    ['what is no origin', { origin: 'portal.example' }],
    ['another site, though it is named in the URL', { origin: own, host: 'public.example' }],
    ['a host that is none', { origin: own, host: 'a b' }],
    ['a host that holds more than a host', { origin: own, host: 'portal.example/x' }],
    ['a host behind another name', { origin: own, host: 'evil.example@portal.example' }],
    ['an origin without a host', { origin: 'data:,', host: '' }],
    ['an extension whose name is the host', { origin: 'chrome-extension://portal.example' }],
  ] as [string, Record<string, string>][])('refuses %s', async (_, headers) => {
    expect(await refused(headers)).toBe(true)
  })

  it('lets through the origins that are named, whole and no others', async () => {
    const origins = ['https://app.example']
    expect(
      await refused({ 'origin': 'https://app.example', 'sec-fetch-site': 'cross-site' }, origins),
    ).toBe(false)
    for (const origin of [
      'http://app.example',
      'https://app.example:444',
      'https://app.example.evil.example',
      'https://xapp.example',
    ]) {
      expect(await refused({ origin, 'sec-fetch-site': 'cross-site' }, origins)).toBe(true)
    }
    for (const origin of [
      'app.example',
      'https://app.example/',
      'https://App.example',
      '*',
      'null',
    ]) {
      expect(() => requireSameOrigin({ origins: [origin] })).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION' }),
      )
    }
  })
})
