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

/**
 * A moment to wait for. The script counts down to it, in a place that is kept; screen readers are
 * told the time once, and not every second.
 */
export function moment(at: Date | string): Html {
  const iso = new Date(at).toISOString()
  return html`<time datetime="${iso}" data-show="moment">${iso.slice(11, 19)} UTC</time> <span class="count needs-script" aria-hidden="true">(0:00)</span>`
}
