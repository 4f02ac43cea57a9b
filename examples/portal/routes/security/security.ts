import { Hono } from 'hono'
import { html } from 'hono/html'
import type { TwoFactorStatus } from 'keystep'
import { activityList } from '../../pages/activity.ts'
import type { Html } from '../../pages/html.ts'
import { show } from '../../pages/layout.ts'
import {
  appSection,
  backupCodeSection,
  deviceSection,
  numberSection,
} from '../../pages/security-sections.ts'
import { day, instant, moment } from '../../pages/times.ts'
import type { Portal } from '../../portal.ts'
import type { PortalEnv } from '../../visit.ts'

/** The security page: everything that there is, and a way to change each. */
export function security({ twoFactor, data: { proposedPhones } }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/security', async (c) => {
    const [status, proposed] = await Promise.all([
      twoFactor.status(c.var.member.session),
      proposedPhones.of(c.var.member.user.id),
    ])
    return show(c, {
      title: 'Security',
      body: html`${stateSection(status)} ${appSection(status)} ${numberSection(status, proposed)} ${backupCodeSection(status)} ${deviceSection(status)}
      <section class="panel" aria-labelledby="password">
        <div class="head"><h2 id="password">Password</h2></div>
        <p>Changing it ends all other sessions, and every device is asked for a code again.</p>
        <p class="row"><a class="button secondary" href="/security/password">Change password</a></p>
      </section>
      <section class="panel" aria-labelledby="activity"><div class="head"><h2 id="activity">Recent activity</h2></div>${activityList(status.activity)}</section>`,
    })
  })
  return app
}

function stateSection(status: TwoFactorStatus): Html {
  const { enrolled, required, enrollBy, lockedUntil, exhausted, supportCodeUntil } = status
  return html`<section class="panel" aria-labelledby="two-factor">
    <div class="head"><h2 id="two-factor">Two-factor authentication</h2><span class="state ${enrolled ? 'on' : 'off'}">${enrolled ? 'On' : 'Off'}</span></div>
    <p>${enrolled ? 'A login asks for your password and a code.' : 'Your account is protected by the password alone. A code from your phone keeps out who has found it out.'}</p>
    ${required ? html`<p class="hint">Your account must use two-factor.</p>` : ''}
    ${enrollBy ? html`<p class="notice plain">Your account must use two-factor from ${day(enrollBy)} on.</p>` : ''}
    ${lockedUntil ? html`<p class="notice bad">Codes are locked after too many wrong ones, until ${moment(lockedUntil)}</p>` : ''}
    ${exhausted ? html`<p class="notice bad">Codes are switched off after too many wrong ones. Confirm with a backup code.</p>` : ''}
    ${supportCodeUntil ? html`<p class="notice plain">Our support issued a code for you. It is good until ${instant(supportCodeUntil)}.</p>` : ''}
    <div class="row">${
      enrolled
        ? required
          ? ''
          : html`<form method="post" action="/security/disable"><button class="danger">Turn off two-factor</button></form>`
        : html`<a class="button primary" href="/security/enable">Turn on two-factor</a>`
    }</div>
  </section>`
}
