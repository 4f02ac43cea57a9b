// What a sibling host can plant in a real browser is not what the reader believes.
import { readChallengeCookie } from 'keystep/http'
import { chromium } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeWith } from '../examples/programs.ts'
import { listen } from './listen.ts'

const PLANTED = 'ksc_planted.by.sibling'
/** Bytes that `trim()` takes for white space, and browsers for part of a name. */
const PREFIXES = ['\u00a0', '\u00a0\u00a0', '\u0085', '\u000b', '\u000c', '\ufeff', '\u2003']
/** Those that a server can send as one byte each. */
const SENT = PREFIXES.slice(0, 2)

/** A browser for which every host of portal.example is this machine. */
const launch = () =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--host-resolver-rules=MAP *.example 127.0.0.1',
      '--disable-background-networking',
    ],
  })

describeWith(['chromium'], 'Chromium, and a sibling of the portal over plain HTTP', () => {
  it('V30: a cookie that only looks like ours is sent to the portal, and is not believed', async () => {
    const seen: string[] = []
    const origin = await listen((request, response) => {
      const [host] = (request.headers.host ?? '').split(':')
      if (host === 'evil.portal.example') {
        response.setHeader(
          'Set-Cookie',
          SENT.map((prefix) => `${prefix}__Host-challenge=${PLANTED}; Domain=portal.example`),
        )
      } else if (request.url === '/') {
        seen.push(request.headers.cookie ?? '')
      }
      // Bytes: Node writes the head of a text's answer as UTF-8, and the attack wants the byte A0.
      response.end(Buffer.from('here'))
    })
    const { port } = new URL(origin)
    const browser = await launch()
    try {
      const page = await browser.newPage()
      await page.goto(`http://evil.portal.example:${port}/`)
      await page.goto(`http://portal.example:${port}/`)
    } finally {
      await browser.close()
    }
    const header = seen.at(-1)!
    expect(header).toContain(PLANTED)
    expect(readChallengeCookie(header)).toBeUndefined()
    // What the reader would have believed, had it trimmed as texts are trimmed.
    const naive = header.split(';').map((part) => part.trim())
    expect(naive.some((part) => part.startsWith('__Host-challenge='))).toBe(true)
  })
})

it.each(PREFIXES.map((prefix) => [JSON.stringify(prefix), prefix]))(
  'V30: %s before a name makes it another name',
  (_, prefix) => {
    expect(readChallengeCookie(`a=1; ${prefix}__Host-challenge=${PLANTED}`)).toBeUndefined()
    expect(readChallengeCookie(`a=1; __Host-challenge${prefix}=${PLANTED}`)).toBeUndefined()
  },
)

it('V30: of two cookies of the prefixed name neither is believed, whichever comes first', () => {
  const [ours, planted] = ['__Host-challenge=ksc_a.b.c', `__Host-challenge=${PLANTED}`]
  for (const pair of [
    [ours, planted],
    [planted, ours],
    [ours, ours],
    [ours, '__Host-challenge='],
    [ours, '__Host-challenge=x'],
  ]) {
    expect(readChallengeCookie(pair.join('; '))).toBeUndefined()
  }
  expect(readChallengeCookie(`${ours}; __host-challenge=${PLANTED}; __Host-challenge`)).toBe(
    'ksc_a.b.c',
  )
})
