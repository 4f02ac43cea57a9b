import { html } from 'hono/html'
import { field } from './field.ts'
import type { Html } from './html.ts'

/** The fewest characters of a password. */
export const SHORTEST = 12

/** A new account as it was typed, and what is wrong with it. */
export interface AccountDraft {
  name: string
  email: string
  errors?: { name?: string; email?: string; password?: string }
}

/** What is wrong with the fields of a new account; undefined for nothing. */
export function accountErrors({
  name,
  email,
  password,
}: {
  name: string
  email: string
  password: string
}): AccountDraft['errors'] {
  const errors = {
    ...(name.trim() === '' && { name: 'Type a name.' }),
    ...(!/^[^@\s:]+@[^@\s:]+$/.test(email.trim()) && {
      email: 'Type an e-mail address, such as ada@example.com.',
    }),
    ...(password.length < SHORTEST && { password: `Use at least ${SHORTEST} characters.` }),
  }
  return Object.keys(errors).length === 0 ? undefined : errors
}

/** `isOwn`: one's own account; browsers then offer one's own name. */
export function accountFields(
  { name, email, errors }: AccountDraft,
  { isOwn }: { isOwn: boolean },
): Html {
  return html`${field({ name: 'name', label: 'Name', value: name, autocomplete: isOwn ? 'name' : 'off', error: errors?.name, hasFocus: isOwn && !errors })}
    ${field({ name: 'email', label: 'E-mail address', type: 'email', value: email, autocomplete: isOwn ? 'username' : 'off', error: errors?.email })}
    ${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', error: errors?.password, hint: `At least ${SHORTEST} characters.` })}`
}
