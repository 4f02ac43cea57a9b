import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { printReport } from './print-report.mjs'

/**
 * `node chromium.mjs PROGRAM`: a page whose module comes from localhost, and who posts its report
 * there.
 */
const files = {
  '/': '<!doctype html><script type="module" src="/page.js"></script>',
  '/page.js': readFileSync(new URL('page.bundle.js', import.meta.url)),
}
const server = createServer().listen(0, '127.0.0.1')
const reported = new Promise((resolve) => {
  server.on('request', async (request, response) => {
    if (request.url === '/report') resolve(await json(request))
    response
      .setHeader('content-type', request.url.endsWith('.js') ? 'text/javascript' : 'text/html')
      .end(files[request.url])
  })
})
await once(server, 'listening')
const profile = mkdtempSync(join(tmpdir(), 'keystep-chromium-'))
const page = `http://127.0.0.1:${server.address().port}/`
const browser = spawn(
  process.argv[2],
  ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`, page],
  { stdio: 'ignore' },
)
const ended = once(browser, 'exit')
const report = await Promise.race([reported, ended, setTimeout(120_000, undefined, { ref: false })])
browser.kill()
await ended
server.close()
rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
if (!report?.failures) throw new Error(`the page sent no report: ${report ?? 'within 2 minutes'}`)
printReport(report)
