import type { BrowserContext } from 'playwright-core'

// A rejected form answers 403, 422 or 429, and Chromium calls any such answer to a page an error. These are what the portal means to say.
const MEANT = /^Failed to load resource: the server responded with a status of (403|422|429) /
// A page that was left before it was there, and the browser's question whether to send a form again.
const HARMLESS = ['net::ERR_ABORTED', 'net::ERR_CACHE_MISS']

/** Everything that a browser complains of, on any page: a broken policy, a script's error, a file that is not there. */
export function complaintsOf(context: BrowserContext): string[] {
  const complaints: string[] = []
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !MEANT.test(message.text())) complaints.push(`${message.location().url}: ${message.text()}`)
  })
  context.on('weberror', (error) => complaints.push(`${error.page()?.url() ?? ''}: ${error.error().message}`))
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? ''
    if (!HARMLESS.includes(reason)) complaints.push(`${request.url()}: ${reason}`)
  })
  return complaints
}
