import { html } from 'hono/html'
import type { Visit } from '../visit.ts'
import type { Html } from './html.ts'

/** The bar on top: who we are, where one can go, who is logged in. */
export function navigation(c: Visit): Html {
  const { visitor } = c.var
  const { company } = c.var.portal.configuration
  const brand = html`<a class="brand" href="/">${company}</a>`
  if (!visitor) return html`<header class="bar">${brand}</header>`
  const { user } = visitor
  const places = [
    ['/overview', 'Overview'],
    ['/dns', 'DNS'],
    ...(user.accountId === null && !user.isStaff ? [['/team', 'Team']] : []),
    ...(user.isStaff ? [['/support', 'Support']] : []),
    ['/security', 'Security'],
  ] as [string, string][]
  const isHere = (path: string): boolean => c.req.path === path || c.req.path.startsWith(`${path}/`)
  return html`<header class="bar">
    ${brand}
    <nav aria-label="Account">
      <ul>${places.map(([path, name]) => html`<li><a href="${path}"${isHere(path) ? html` aria-current="page"` : ''}>${name}</a></li>`)}</ul>
    </nav>
    <form class="who" method="post" action="/logout"><span>${user.name}</span><button class="quiet">Log out</button></form>
  </header>`
}
