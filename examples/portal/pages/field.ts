import { html } from 'hono/html'
import type { Html } from './html.ts'

export interface Field {
  name: string
  label: string
  type?: 'text' | 'email' | 'password' | 'tel' | 'date'
  value?: string
  /** A sentence below the label. */
  hint?: string | Html
  /** What is wrong with it; the field then gets the focus. */
  error?: string | undefined
  /** Where the sentence about it stands above the form. */
  isInvalid?: boolean
  autocomplete?: string
  inputmode?: 'numeric' | 'tel' | 'email' | 'text'
  isOptional?: boolean
  hasFocus?: boolean
  maxLength?: number
  className?: string
  autocapitalize?: 'none' | 'words' | 'sentences'
}

/** A label, its field, and what is wrong with it, tied together for screen readers. */
export function field(field: Field): Html {
  const {
    name,
    label,
    type = 'text',
    value = '',
    hint,
    error,
    autocomplete = 'off',
    inputmode,
    isOptional = false,
    maxLength = 200,
  } = field
  const described = [hint && `${name}-hint`, error && `${name}-error`, field.isInvalid && 'alert']
    .filter(Boolean)
    .join(' ')
  return html`<div class="field">
    <label for="${name}">${label}</label>
    ${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ''}
    <input id="${name}" name="${name}" type="${type}" value="${value}" autocomplete="${autocomplete}" maxlength="${maxLength}"
      ${inputmode ? html`inputmode="${inputmode}"` : ''} ${field.className ? html`class="${field.className}"` : ''}
      ${isOptional ? '' : 'required'} ${described ? html`aria-describedby="${described}"` : ''}
      ${error || field.isInvalid ? html`aria-invalid="true"` : ''} ${error || field.hasFocus ? 'autofocus' : ''} autocapitalize="${field.autocapitalize ?? 'none'}" spellcheck="false">
    ${error ? html`<p class="error" id="${name}-error">${error}</p>` : ''}
  </div>`
}

/** The sentence above a form that was not taken. */
export function alert(sentence: string | Html | undefined): Html {
  return html`${sentence ? html`<div class="notice bad" role="alert" id="alert" tabindex="-1">${sentence}</div>` : ''}`
}
