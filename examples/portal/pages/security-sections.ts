import { html } from 'hono/html'
import type { FactorStatus, TwoFactorStatus } from 'keystep'
import type { Html } from './html.ts'
import { day } from './times.ts'

const MOST_APPS = 3

export function appSection({ enrolled, factors }: TwoFactorStatus): Html {
  const apps = factors.filter(({ kind }) => kind === 'totp')
  return html`<section class="panel" aria-labelledby="apps">
    <div class="head"><h2 id="apps">Authenticator apps</h2></div>
    ${apps.length === 0 ? html`<p>None yet. The safest way to get codes, and it works without a network.</p>` : html`<ul class="items">${apps.map(appItem)}</ul>`}
    ${enrolled && apps.length < MOST_APPS ? html`<p class="row"><a class="button secondary" href="/security/totp">Add authenticator app</a></p>` : ''}
  </section>`
}

function appItem({ factorId, label, createdAt }: FactorStatus): Html {
  return html`<li>
    <div><strong>${label}</strong><span class="hint">added ${day(createdAt)}</span></div>
    <div class="row">
      <form class="rename" method="post" action="/security/factors/${factorId}">
        <label class="unseen" for="name-${factorId}">Name</label>
        <input id="name-${factorId}" name="name" value="${label}" maxlength="64" required autocomplete="off">
        <button class="secondary" aria-label="Rename ${label}">Rename</button>
      </form>
      ${removeButton(factorId, label)}
    </div>
  </li>`
}

/**
 * `proposed`: a number that the main account has entered, and that the member has yet to confirm.
 */
export function numberSection(
  { factors, enrolled }: TwoFactorStatus,
  proposed: string | null,
): Html {
  const numbers = factors.filter(({ kind }) => kind === 'sms')
  const words = enrolled
    ? 'None yet. A second way in, for when the app is not at hand.'
    : 'None yet. Simpler than an app, and less safe: messages can be intercepted.'
  return html`<section class="panel" aria-labelledby="sms">
    <div class="head"><h2 id="sms">SMS</h2></div>
    ${proposed === null ? '' : html`<p class="notice plain">Your main account has proposed a number, ${proposed}. It counts once you <a href="/security/sms">confirm it</a>.</p>`}
    ${
      numbers.length === 0
        ? html`<p>${words}</p>`
        : html`<ul class="items">${numbers.map(
            ({ factorId, hint = '', backup, createdAt }) => html`<li>
      <div><strong>${hint}</strong>${backup ? html` <span class="tag">backup number</span>` : ''}<span class="hint">added ${day(createdAt)}</span></div>
      ${removeButton(factorId, hint)}
    </li>`,
          )}</ul>`
    }
    <p class="row"><a class="button secondary" href="/security/sms">${numbers.length === 0 ? 'Add phone number' : 'Add or change phone number'}</a></p>
  </section>`
}

function removeButton(factorId: string, name: string): Html {
  return html`<form method="post" action="/security/factors/${factorId}/remove"><button class="danger" aria-label="Remove ${name}">Remove</button></form>`
}

export function backupCodeSection({ enrolled, backupCodesLeft: left }: TwoFactorStatus): Html {
  const count = left === 1 ? '1 backup code left' : `${left} backup codes left`
  return html`<section class="panel" aria-labelledby="backup">
    <div class="head"><h2 id="backup">Backup codes</h2>${enrolled ? html`<span class="tag">${count}</span>` : ''}</div>
    ${
      enrolled
        ? html`<p>Each lets you in once when your phone is not there.${left <= 3 ? html` <strong>Make new ones soon.</strong>` : ''}</p>
        <form class="row" method="post" action="/security/backup-codes"><button class="secondary">New backup codes</button></form>`
        : html`<p>You get ten when you turn on two-factor.</p>`
    }
  </section>`
}

export function deviceSection({ devices }: TwoFactorStatus): Html {
  return html`<section class="panel" aria-labelledby="devices">
    <div class="head"><h2 id="devices">Remembered devices</h2></div>
    ${
      devices.length === 0
        ? html`<p>None. Every login asks for a code.</p>`
        : html`<ul class="items">${devices.map(
            ({ deviceId, label, lastSeenAt, expiresAt }) => html`<li>
          <div><strong>${label}</strong><span class="hint">last seen ${day(lastSeenAt)}, remembered until ${day(expiresAt)}</span></div>
          <form method="post" action="/security/devices/${deviceId}/revoke"><button class="secondary" aria-label="Forget ${label}">Forget</button></form>
        </li>`,
          )}</ul>
        <form class="row" method="post" action="/security/devices/revoke-all"><button class="secondary">Forget all devices</button></form>`
    }
  </section>`
}
