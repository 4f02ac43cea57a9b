import { Hono } from 'hono'
import { html } from 'hono/html'
import type { TwoFactorStatus } from 'keystep'
import type { Html } from '../pages/html.ts'
import { show } from '../pages/layout.ts'
import { day } from '../pages/times.ts'
import type { Portal } from '../portal.ts'
import type { PortalEnv } from '../visit.ts'

const FEW = 3

export function overview({
  twoFactor,
  data: { dnsRecords, users },
  configuration: { panelOrigin },
}: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/overview', async (c) => {
    const { user, session } = c.var.member
    const accountId = user.accountId ?? user.id
    const [status, records, members] = await Promise.all([
      twoFactor.status(session),
      dnsRecords.of(accountId),
      users.membersOf(accountId),
    ])
    return show(c, {
      title: 'Overview',
      body: html`<p class="lead">Hello ${user.name}.</p>
      ${notices(status, session.failuresBefore)}
      <div class="grid">
        ${card('Domains and DNS', `${count(records.length, 'record')} in your zone.`, '/dns', 'Manage DNS')}
        ${panelOrigin === null ? '' : card('Servers', 'Restart, reinstall and watch your servers in the control panel. Your two-factor works there, too.', panelOrigin, 'Open control panel')}
        ${user.accountId === null && !user.isStaff ? card('Team', `${count(members.length, 'sub-account')} beside yours.`, '/team', 'Manage team') : ''}
        ${user.isStaff ? card('Support', 'Help customers who have lost their phone.', '/support', 'Open support') : ''}
        ${card('Security', status.enrolled ? 'Two-factor is on.' : 'Two-factor is off.', '/security', 'Security settings')}
      </div>`,
    })
  })
  return app
}

/** What the user should look at: somebody's tries, codes that run out, a date that comes. */
function notices(
  { enrolled, enrollBy, backupCodesLeft: left }: TwoFactorStatus,
  failuresBefore: number,
): Html {
  const wrong = failuresBefore === 1 ? '1 wrong code' : `${failuresBefore} wrong codes`
  return html`
    ${failuresBefore > 0 ? html`<p class="notice bad">${wrong} before this login: was this you? If not, somebody knows your password: <a href="/security/password">change it</a>.</p>` : ''}
    ${enrolled && left <= FEW ? html`<p class="notice plain">${left === 0 ? 'No backup codes left' : `Only ${count(left, 'backup code')} left`}. <a href="/security">Make new ones</a>.</p>` : ''}
    ${enrollBy && !enrolled ? html`<p class="notice plain">Your account must use two-factor from ${day(enrollBy)} on. <a href="/security/enable">Turn it on now</a>.</p>` : ''}`
}

function card(title: string, words: string, address: string, link: string): Html {
  return html`<section class="panel"><h2>${title}</h2><p>${words}</p><p class="row"><a class="button secondary" href="${address}">${link}</a></p></section>`
}

function count(of: number, what: string): string {
  return of === 1 ? `1 ${what}` : `${of} ${what}s`
}
