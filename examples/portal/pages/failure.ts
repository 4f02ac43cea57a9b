import type { ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { html } from 'hono/html'
import type { PortalEnv } from '../visit.ts'
import { show } from './layout.ts'

export const missingPage: NotFoundHandler<PortalEnv> = (c) =>
  show(c, {
    title: 'Page not found',
    status: 404,
    body: html`<p>There is nothing at this address. <a href="/">To the start</a></p>`,
  })

/** Says nothing of what failed: the operator reads it in the log. */
export const failurePage: ErrorHandler<PortalEnv> = (error, c) => {
  if (error instanceof HTTPException) return error.getResponse()
  console.error(error)
  return show(c, {
    title: 'Something went wrong',
    status: 503,
    body: html`<p>That is on our side. Please try again in a minute.</p>`,
  })
}
