import { html } from 'hono/html'
import type { Requirement } from 'keystep'
import type { Html } from './html.ts'

/** Who must use two-factor, as a choice: optional, required, or required from a day on. */
export function requirementFields(requirement: Requirement, error?: string): Html {
  const chosen = typeof requirement === 'string' ? requirement : 'from'
  const radio = (value: string, label: string): Html =>
    html`<label class="check"><input type="radio" name="rule" value="${value}"${chosen === value ? html` checked` : ''}> ${label}</label>`
  return html`<fieldset>
    <legend>Two-factor authentication</legend>
    ${radio('optional', 'Optional')}
    ${radio('required', 'Required')}
    ${radio('from', 'Required from')}
    <div class="field">
      <label for="from">Date</label>
      <input id="from" name="from" type="date" value="${chosen === 'from' ? dateOf(requirement) : ''}"
        ${error === undefined ? '' : html`aria-invalid="true" aria-describedby="from-error" autofocus`}>
      ${error === undefined ? '' : html`<p class="error" id="from-error">${error}</p>`}
    </div>
  </fieldset>`
}

/** What was chosen; null where the day is missing. Days begin at midnight UTC. */
export function requirementOf({ rule, from }: { rule: string; from: string }): Requirement | null {
  if (rule === 'optional' || rule === 'required') return rule
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(from) ? `${from}T00:00:00Z` : NaN)
  return rule === 'from' && !Number.isNaN(date.getTime()) ? { from: date } : null
}

export function requirementText(requirement: Requirement): string {
  return typeof requirement === 'string' ? requirement : `required from ${dateOf(requirement)}`
}

function dateOf(requirement: Requirement): string {
  return typeof requirement === 'string' ? '' : requirement.from.toISOString().slice(0, 10)
}
