import type { BrowserContext } from 'playwright-core'

/**
 * What the portal means to say by the status of a page: a rejected form, a door that is closed,
 * nothing here.
 */
const MEANT = [403, 404, 422, 429]
const STATUS = /^Failed to load resource: the server responded with a status of /
// A page that was left before it was there, and the browser's question whether to send a form
// again.
const HARMLESS = ['net::ERR_ABORTED', 'net::ERR_CACHE_MISS']

/**
 * Everything that a browser complains of, on any page: a broken policy, a script's error, a file
 * that is not there.
 */
export function complaintsOf(context: BrowserContext): string[] {
  const complaints: string[] = []
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !STATUS.test(message.text()))
      complaints.push(`${message.location().url}: ${message.text()}`)
  })
  context.on('weberror', (error) =>
    complaints.push(`${error.page()?.url() ?? ''}: ${error.error().message}`),
  )
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? ''
    if (!HARMLESS.includes(reason)) complaints.push(`${request.url()}: ${reason}`)
  })
  context.on('response', (response) => {
    const isMeant = response.request().isNavigationRequest() && MEANT.includes(response.status())
    if (response.status() >= 400 && !isMeant)
      complaints.push(`${response.url()}: ${response.status()}`)
  })
  return complaints
}
