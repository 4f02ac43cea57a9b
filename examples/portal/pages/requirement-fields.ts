import { html } from 'hono/html'
import type { Requirement } from 'keystep'
import type { Html } from './html.ts'

/** A choice as the form has it: `optional`, `required`, or `from` a day on. */
export interface TypedRule {
  rule: string
  from: string
  error?: string
}

/** Who must use two-factor, as a choice. */
export function requirementFields({ rule, from, error }: TypedRule): Html {
  const radio = (value: string, label: string): Html =>
    html`<label class="check"><input type="radio" name="rule" value="${value}"${rule === value ? html` checked` : ''}> ${label}</label>`
  return html`<fieldset>
    <legend>Two-factor authentication</legend>
    ${radio('optional', 'Optional')}
    ${radio('required', 'Required')}
    ${radio('from', 'Required from')}
    <div class="field">
      <label for="from">Date</label>
      <input id="from" name="from" type="date" value="${from}" ${error === undefined ? '' : html`aria-invalid="true" aria-describedby="from-error" autofocus`}>
      ${error === undefined ? '' : html`<p class="error" id="from-error">${error}</p>`}
    </div>
  </fieldset>`
}

/**
 * What was chosen, or what is wrong with it: nobody should believe that a day counts while the
 * choice beside it says otherwise. Days begin at midnight UTC.
 */
export function requirementOf({ rule, from }: TypedRule): Requirement | { error: string } {
  if (rule === 'required') return rule
  if (rule === 'optional')
    return from === ''
      ? rule
      : { error: 'Choose "Required from" for this date, or clear the date.' }
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(from) ? `${from}T00:00:00Z` : NaN)
  return Number.isNaN(date.getTime())
    ? { error: 'Choose the day from which on two-factor is required.' }
    : { from: date }
}

/** What a form shows for a requirement. */
export function typedRuleOf(requirement: Requirement): TypedRule {
  return typeof requirement === 'string'
    ? { rule: requirement, from: '' }
    : { rule: 'from', from: requirement.from.toISOString().slice(0, 10) }
}

export function requirementText(requirement: Requirement): string {
  return typeof requirement === 'string'
    ? requirement
    : `required from ${typedRuleOf(requirement).from}`
}
