import { html } from 'hono/html'
import type { Html } from './html.ts'

/** An instant for people; the portal's script writes it in the reader's own zone. */
export function instant(at: Date | string): Html {
  const iso = new Date(at).toISOString()
  return html`<time datetime="${iso}" data-show="instant">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`
}

export function day(at: Date | string): Html {
  const iso = new Date(at).toISOString()
  return html`<time datetime="${iso}" data-show="day">${iso.slice(0, 10)}</time>`
}

/** A moment to wait for: the script counts down to it. */
export function moment(at: Date | string): Html {
  const iso = new Date(at).toISOString()
  return html`<time datetime="${iso}" data-show="moment">${iso.slice(11, 19)} UTC</time>`
}
