import { html } from 'hono/html'
import type { Frame } from '../pages/layout.ts'
import type { Visit } from '../visit.ts'

/** What stands around the pages of the control panel. */
export function panelFrame(c: Visit): Frame {
  const {
    portal: {
      configuration: { company },
    },
    visitor,
  } = c.var
  const who =
    visitor &&
    html`<form class="who" method="post" action="/logout"><span>${visitor.user.name}</span><button class="quiet">Log out</button></form>`
  return {
    name: `${company} Control Panel`,
    bar: html`<header class="bar"><a class="brand" href="/">${company} Control Panel</a>${who ?? ''}</header>`,
    foot: html`<footer class="foot"><a href="/help">Help</a></footer>`,
  }
}
