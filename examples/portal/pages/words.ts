import { html } from 'hono/html'
import type { AnswerReason } from 'keystep/http'
import type { Html } from './html.ts'
import { moment } from './times.ts'

/** A rejection of any call of keystep. */
export interface Rejected {
  reason: AnswerReason | 'not_sent'
  attemptsLeft?: number
  retryAt?: Date
  bySeconds?: number
}

/** A sentence for every reason: what is wrong, and what to do now. */
export function words(rejected: Rejected): string | Html {
  const { reason, attemptsLeft, retryAt, bySeconds = 0 } = rejected
  switch (reason) {
    case 'wrong_code':
      if (retryAt) return locked(retryAt)
      return attemptsLeft
        ? `That code is not right. ${attemptsLeft === 1 ? '1 attempt' : `${attemptsLeft} attempts`} left.`
        : 'That code is not right.'
    case 'already_used':
      return 'That code was used before. Wait for the next one.'
    case 'locked':
      return html`${locked(retryAt!)}, or use a backup code`
    case 'exhausted':
      return html`Codes are switched off after too many wrong ones. Use a backup code, or <a href="/help#lost-phone">ask support</a>.`
    case 'expired':
      return 'This took too long. Please begin again.'
    case 'malformed_code':
      return 'A code has 6 digits.'
    case 'factor_unavailable':
      return 'That kind of code cannot be used here. Use another one.'
    case 'clock_off':
      return `Your phone's clock is ${minutes(bySeconds)} ${bySeconds < 0 ? 'behind' : 'ahead'}. Set its date and time to automatic, then type the next code.`
    case 'required':
      return 'Your account must keep a second factor. Add another one before you remove this.'
    case 'limit_reached':
      return 'You have the most authenticators there can be. Remove one first.'
    case 'not_found':
      return 'That is gone already.'
    case 'malformed_number':
      return 'That is not a phone number of this country. Please check the digits.'
    case 'number_refused':
      return 'We cannot send messages to that country. Use an authenticator app instead.'
    case 'too_soon':
      return html`You can have another message at ${moment(retryAt!)}`
    case 'not_sent':
      return 'The message could not be sent. Try again in a minute, or use another way.'
  }
}

/** 429 while there is nothing to do but wait, else 422: a form that was not taken. */
export function statusOf({ reason, retryAt }: Rejected): 422 | 429 {
  return reason === 'locked' || reason === 'too_soon' || retryAt ? 429 : 422
}

function locked(retryAt: Date): Html {
  return html`Too many wrong codes. Try again at ${moment(retryAt)}`
}

function minutes(seconds: number): string {
  const count = Math.max(1, Math.round(Math.abs(seconds) / 60))
  return count === 1 ? '1 minute' : `${count} minutes`
}
