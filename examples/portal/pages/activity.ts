import { html } from 'hono/html'
import type { ActivityEntry } from 'keystep'
import { deviceName } from '../device-name.ts'
import type { Html } from './html.ts'
import { instant } from './times.ts'

const NOUNS = {
  totp: 'authenticator app',
  sms: 'text message',
  backup_code: 'backup code',
  support_code: 'support code',
} as const

export function activityList(activity: readonly ActivityEntry[]): Html {
  if (activity.length === 0) return html`<p>Nothing yet.</p>`
  return html`<ol class="items activity">${activity.map(
    (entry) => html`<li>
    <div><span>${sentence(entry)}</span><span class="hint">${instant(entry.at)}${entry.userAgent === undefined ? '' : `, ${deviceName(entry.userAgent)}`}${entry.ip === undefined ? '' : `, ${entry.ip}`}</span></div>
  </li>`,
  )}</ol>`
}

/**
 * What happened, to the one whose account it is. A later version's event does not compile until
 * somebody has found words for it.
 */
function sentence(entry: ActivityEntry): string {
  const times = (what: string): string =>
    entry.count === undefined ? what : `${what}, ${entry.count} times`
  switch (entry.type) {
    case 'factor.enrolled':
      return entry.kind === 'sms' ? 'Phone number added' : `Authenticator app added: ${entry.label}`
    case 'factor.imported':
      return `Taken over from the former system: ${entry.label}`
    case 'factor.removed':
      return `Removed: ${entry.label}`
    case 'factor.renamed':
      return `Renamed: ${entry.label}`
    case 'code.accepted':
      return `${entry.purpose === 'login' ? 'Logged in' : 'Confirmed a change'} with ${NOUNS[entry.kind]}`
    case 'code.rejected':
      return times('Wrong code')
    case 'code.refused':
      return entry.reason === 'already_used'
        ? 'A used code was typed again'
        : 'A code was not looked at'
    case 'locked':
      return times('Locked after wrong codes')
    case 'exhausted':
      return 'Codes switched off after too many wrong ones'
    case 'backup_code.used':
      return `Backup code used, ${entry.left} left`
    case 'backup_codes.low':
      return `Few backup codes left: ${entry.left}`
    case 'backup_codes.regenerated':
      return 'New backup codes made'
    case 'device.remembered':
      return `Device remembered: ${entry.label}`
    case 'device.revoked':
      return `Device forgotten: ${entry.label}`
    case 'sms.sent':
      return times(
        entry.to === 'primary' ? 'Text message sent' : 'Text message sent to the backup number',
      )
    case 'support_code.issued':
      return `Support code issued by ${entry.actor}: ${entry.reason}`
    case 'reset':
      return `Two-factor reset by ${entry.actor}: ${entry.reason}`
    case 'password.changed':
      return 'Password changed'
    case 'unlocked':
      return `Lock ended by ${entry.actor}: ${entry.reason}`
    case 'erased':
      return `Account ended by ${entry.actor}: ${entry.reason}`
    case 'moved':
      return `Account moved by ${entry.actor}: ${entry.reason}`
    case 'exported':
      return `Second factors handed out by ${entry.actor}: ${entry.reason}`
    case 'restored':
      return `A backup was restored by ${entry.actor}: ${entry.reason}`
    case 'keyring.replaced':
      return `Keys replaced by ${entry.actor}: ${entry.reason}`
    case 'sms.ceiling_near':
      return `Four fifths of the text messages of ${entry.scope} are sent`
    case 'sms.ceiling_reached':
      return `No more text messages of ${entry.scope} for now`
  }
}
