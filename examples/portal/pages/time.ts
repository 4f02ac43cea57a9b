import { html } from 'hono/html'
import type { Html } from './html.ts'

const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' })
const withTime = format({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' })
const dayAlone = format({ day: 'numeric', month: 'long', year: 'numeric' })

/** An instant as people read it. In UTC, and said so: the server does not know where its reader is. */
export function time(instant: Date | string): Html {
  const date = new Date(instant)
  return html`<time datetime="${date.toISOString()}">${withTime.format(date)} UTC</time>`
}

export function day(instant: Date): Html {
  return html`<time datetime="${instant.toISOString().slice(0, 10)}">${dayText(instant)}</time>`
}

export function dayText(instant: Date): string {
  return dayAlone.format(instant)
}
