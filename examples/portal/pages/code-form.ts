import { html } from 'hono/html'
import type { FactorOffer } from 'keystep'
import { alert, field } from './field.ts'
import type { Html } from './html.ts'
import { type Rejected, words } from './words.ts'

export interface CodeForm {
  /** Where the code goes; where a message is asked for is the same with `/sms` behind it. */
  action: string
  factors: readonly FactorOffer[]
  /** Travels along, such as what the code is for. */
  hidden?: Readonly<Record<string, string>>
  isBackup?: boolean
  /** A code from support is good in the portal's login alone. */
  takesSupportCode?: boolean
  rejected?: Rejected | undefined
  /** Above the field, since the last digit may send the form. */
  before?: Html
}

/**
 * The one code field, and the ways to get a code, in one form: what was ticked is not lost by
 * asking for a message. The address of the other field is the page's own matter.
 */
export function codeForm({
  action,
  factors,
  hidden = {},
  isBackup = false,
  takesSupportCode = false,
  rejected,
  before,
}: CodeForm): Html {
  // After a reset by support there is no other way.
  const isSupport = factors.some(({ kind }) => kind === 'support_code')
  const isLong = isBackup || isSupport
  const fields = Object.entries(hidden).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`${alert(rejected && sentenceFor(rejected, isLong, isSupport))}
    <form method="post" action="${action}" novalidate${isLong ? '' : html` data-submit="6"`}>
      ${fields} ${before ?? ''}
      ${isLong ? html`<input type="hidden" name="with" value="backup">${isSupport ? supportField(rejected) : backupField(takesSupportCode, rejected)}` : codeField({ hint: hintFor(factors), isWrong: rejected !== undefined, sendsItself: true })}
      <button class="primary">Continue</button>
      ${
        isLong
          ? ''
          : factors
              .filter(({ kind }) => kind === 'sms')
              .map(
                ({ hint, to }) =>
                  html`<button class="secondary" formaction="${action}/sms" name="to" value="${to ?? 'primary'}"><span>Send SMS code to <span class="whole">${hint}</span></span></button>`,
              )
      }
    </form>`
}

interface CodeField {
  hint?: string
  isWrong?: boolean
  /** Not where the picture above has to be seen first; a wrong code has it in any case. */
  hasFocus?: boolean
  /** The script sends the form with the last digit, and the reader is told so before. */
  sendsItself?: boolean
}

/**
 * One field for a code of 6 digits: phones open the digits, fill in a message, and take what is
 * pasted with spaces.
 */
export function codeField({
  hint = '6 digits.',
  isWrong = false,
  hasFocus = true,
  sendsItself = false,
}: CodeField): Html {
  return field({
    name: 'code',
    label: 'Code',
    hint: html`${hint}${sendsItself ? html` <span class="needs-script">The last digit sends it.</span>` : ''}`,
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    className: 'code',
    maxLength: 40,
    hasFocus: hasFocus || isWrong,
    isInvalid: isWrong,
  })
}

function backupField(takesSupportCode: boolean, rejected?: Rejected): Html {
  const orOfSupport = takesSupportCode ? ', or the longer code that our support gave you' : ''
  const hint = `16 letters and digits${orOfSupport}. Spaces, dashes and capitals do not matter.`
  return field({
    name: 'code',
    label: 'Backup code',
    hint,
    className: 'code long',
    maxLength: 80,
    hasFocus: true,
    isInvalid: rejected !== undefined,
  })
}

function supportField(rejected?: Rejected): Html {
  const hint = '20 letters and digits, from our support. Spaces, dashes and capitals do not matter.'
  return field({
    name: 'code',
    label: 'Support code',
    hint,
    className: 'code long',
    maxLength: 80,
    hasFocus: true,
    isInvalid: rejected !== undefined,
  })
}

function hintFor(factors: readonly FactorOffer[]): string {
  const has = (kind: FactorOffer['kind']): boolean => factors.some((factor) => factor.kind === kind)
  if (has('totp'))
    return has('sms')
      ? '6 digits, from your authenticator app or a text message.'
      : '6 digits, from your authenticator app.'
  return '6 digits. Press "Send SMS code", and type those of the message.'
}

function sentenceFor(rejected: Rejected, isLong: boolean, isSupport: boolean): string | Html {
  if (isSupport && ['malformed_code', 'factor_unavailable'].includes(rejected.reason))
    return 'That is not the code that our support gave you, or it has run out. Ask for another one.'
  return isLong && rejected.reason === 'malformed_code'
    ? 'A backup code has 16 letters and digits.'
    : words(rejected)
}
