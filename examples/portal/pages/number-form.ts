import { html } from 'hono/html'
import type { TypedNumber } from '../phone-number.ts'
import { COUNTRIES } from '../sms.ts'
import { alert, field } from './field.ts'
import type { Html } from './html.ts'
import { type Rejected, words } from './words.ts'

/**
 * Where a number is typed: its confirmation is behind `at`, and `back` is where whoever does not
 * want to goes.
 */
export interface NumberPlace {
  at: '/security/sms' | '/login/enroll/sms'
  back: '/security' | '/login/enroll'
}

export interface NumberForm extends TypedNumber {
  place: NumberPlace
  backup: boolean
  /** A number of their own is there already, so that this one can stand behind it. */
  canBeBackup: boolean
  /** Who has proposed the number, if somebody did. */
  isProposed?: boolean
  rejected?: Rejected | undefined
}

/** Where a number is typed; the country decides how it is read. */
export function numberForm({
  place,
  country,
  number,
  backup,
  canBeBackup,
  isProposed = false,
  rejected,
}: NumberForm): Html {
  const isWrong = rejected?.reason === 'malformed_number' || rejected?.reason === 'number_refused'
  return html`${alert(rejected && words(rejected))}
    <p class="lead">We send a code to it, now and whenever you ask for one. Messages can be intercepted by somebody who takes over your number: an authenticator app is safer.</p>
    ${isProposed ? html`<p class="notice plain">Your main account has proposed this number. It counts once you confirm it.</p>` : ''}
    <form method="post" action="${place.at}" novalidate>
      ${countryField('country', country)}
      ${field({ name: 'number', label: 'Phone number', type: 'tel', value: number, autocomplete: 'tel-national', hasFocus: true, isInvalid: isWrong, maxLength: 40 })}
      ${canBeBackup || backup ? html`<label class="check"><input type="checkbox" name="backup" ${backup ? 'checked' : ''}> This is my backup number</label>` : ''}
      <button class="primary">Send code</button>
    </form>
    <ul class="ways"><li><a href="${place.back}">Cancel</a></li></ul>`
}

/** The countries that are served, with their calling codes. */
export function countryField(name: string, chosen: string): Html {
  return html`<div class="field">
    <label for="${name}">Country</label>
    <select id="${name}" name="${name}" autocomplete="country">
      ${COUNTRIES.map(({ iso, name: country, callingCode }) => html`<option value="${iso}" ${iso === (chosen || 'DE') ? 'selected' : ''}>${country} (${callingCode})</option>`)}
    </select>
  </div>`
}
