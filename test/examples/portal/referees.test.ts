import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { qrDataUri } from 'keystep/qr'
import { Secret } from 'keystep'
import { describeWith } from '../programs.ts'
import { startChromium } from './chromium.ts'
import { complaintsOf } from './console.ts'
import { axeFindings, layoutShifts, overflow } from './referees.ts'
import { scanQr } from './scan.ts'
import { listen } from '../loopback.ts'

const HEAD =
  '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Page</title><main><h1>Page</h1>'
const KEY_URI = 'otpauth://totp/Portal:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Portal'

// A referee that finds nothing anywhere proves nothing: each one is shown a page with the fault
// that it is there for.
describeWith(['chromium', 'zbarimg'], 'the referees of the browser tests', () => {
  let chromium: Browser
  let page: Page
  let complaints: string[]
  beforeAll(async () => {
    chromium = await startChromium()
  })
  afterAll(() => chromium.close())
  beforeEach(async () => {
    const context = await chromium.newContext({ viewport: { width: 320, height: 640 } })
    complaints = complaintsOf(context)
    page = await context.newPage()
  })
  afterEach(() => page.context().close())

  it('read the QR code of a screenshot', async () => {
    await page.setContent(
      `${HEAD}<img alt="QR code" width="240" src="${qrDataUri(new Secret(KEY_URI))}">`,
    )
    expect(await scanQr(page)).toBe(KEY_URI)
  })

  it('find a field without a label, and gray on gray', async () => {
    await page.setContent(`${HEAD}<input><p style="color: #888; background: #777">gray`)
    const found = await axeFindings(page)
    expect(found).toEqual([
      expect.stringMatching(/^color-contrast: p/),
      expect.stringMatching(/^label: input/),
    ])
  })

  it('find nothing where there is nothing', async () => {
    await page.setContent(`${HEAD}<label>Code <input></label>`)
    expect({
      axe: await axeFindings(page),
      shifts: await layoutShifts(page),
      overflow: await overflow(page),
      complaints,
    }).toEqual({ axe: [], shifts: [], overflow: 0, complaints: [] })
  })

  it('see a line that jumps, and one that is too wide', async () => {
    await page.setContent(`${HEAD}<p style="width: 400px">wide`)
    expect(await overflow(page)).toBeGreaterThan(70)
    await page.evaluate(() => new Promise(requestAnimationFrame))
    await page.evaluate(() => {
      document.querySelector('h1')!.style.marginTop = '200px'
    })
    const [shift] = await layoutShifts(page)
    expect(shift!.score).toBeGreaterThan(0.01)
    expect(shift!.what).toContainEqual(expect.stringMatching(/<h1|<main/))
  })

  it('hear of inline styles, errors of scripts and files that are missing, and not of a rejected form', async () => {
    const { url, close } = await listen(({ path }, response) => {
      if (path === '/gone.css') response.writeHead(404).end()
      else
        response
          .writeHead(422, {
            'content-type': 'text/html',
            'content-security-policy': "default-src 'self'; script-src 'unsafe-inline'",
          })
          .end(`${HEAD}${path === '/' ? '' : FAULTS}`)
    })
    try {
      await page.goto(url)
      expect(complaints).toEqual([])
      await page.goto(`${url}/faults`)
      await expect
        .poll(() => complaints)
        .toEqual(
          expect.arrayContaining([
            expect.stringMatching(/inline style/),
            expect.stringMatching(/oh/),
            expect.stringMatching(/gone.css: 404/),
          ]),
        )
    } finally {
      await close()
    }
  })
})

const FAULTS =
  '<link rel="stylesheet" href="/gone.css"><p style="color: red">red<script>throw new Error("oh")</script>'
