import { Hono } from 'hono'
import { html } from 'hono/html'
import { show } from '../pages/layout.ts'
import type { Portal } from '../portal.ts'
import type { PortalEnv } from '../visit.ts'

const SERVERS = [
  ['web-1', 'Frankfurt', 'Running'],
  ['web-2', 'Frankfurt', 'Running'],
  ['mail-1', 'Helsinki', 'Running'],
] as const

/** The one page of the panel: its servers, and where the second factor is managed. */
export function home({ twoFactor }: Portal, portalOrigin: () => string): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/', async (c) => {
    const { visitor } = c.var
    if (!visitor) return c.redirect('/login', 303)
    const { user, session } = visitor
    const { enrolled } = await twoFactor.status(session)
    const { failuresBefore } = session
    return show(c, {
      title: 'Control panel',
      body: html`<p class="lead">Hello ${user.name}.</p>
      ${failuresBefore > 0 ? html`<p class="notice bad">${failuresBefore === 1 ? '1 wrong code' : `${failuresBefore} wrong codes`} before this login: was this you?</p>` : ''}
      <section class="panel" aria-labelledby="servers">
        <div class="head"><h2 id="servers">Servers</h2></div>
        <table>
          <thead><tr><th scope="col">Name</th><th scope="col">Place</th><th scope="col">State</th></tr></thead>
          <tbody>${SERVERS.map(([name, place, state]) => html`<tr><th scope="row">${name}</th><td data-label="Place">${place}</td><td data-label="State">${state}</td></tr>`)}</tbody>
        </table>
      </section>
      <section class="panel" aria-labelledby="two-factor">
        <div class="head"><h2 id="two-factor">Two-factor authentication</h2><span class="state ${enrolled ? 'on' : 'off'}">${enrolled ? 'On' : 'Off'}</span></div>
        <p>It is the one of the portal: set up once, asked for in both. <a href="${portalOrigin()}/security">Manage it in the portal</a></p>
      </section>`,
    })
  })
  return app
}
