// Twilio's Messages API: https://www.twilio.com/docs/messaging/api/message-resource
import type { SmsSender } from 'keystep'
import { basic, codeOf, jsonOf, post, SmsNotTaken } from './post.ts'

export interface TwilioOptions {
  accountSid: string
  /** The account's auth token; with an API key, its SID as `user` and its secret here. */
  authToken: string
  user?: string
  /** A number of yours, an alphanumeric sender, or a messaging service (`MG...`). */
  from: string
  url?: string
  timeoutMs?: number
}

export function twilioSender({
  accountSid,
  authToken,
  user = accountSid,
  from,
  url = 'https://api.twilio.com',
  timeoutMs,
}: TwilioOptions): SmsSender {
  const address = `${url}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`
  const headers = { Authorization: basic(user, authToken), Accept: 'application/json' }
  return async ({ to, text }) => {
    const form = new URLSearchParams({
      To: to.reveal(),
      [from.startsWith('MG') ? 'MessagingServiceSid' : 'From']: from,
      Body: text.reveal(),
      // A code lives for 5 minutes: one that is still queued by then is not worth its price.
      ValidityPeriod: '300',
    })
    const answer = await post('Twilio', address, headers, form, timeoutMs)
    // The answer's own message repeats the number; its code says the same:
    // https://www.twilio.com/docs/api/errors
    if (!answer.ok)
      throw new SmsNotTaken(
        'Twilio',
        `HTTP ${answer.status}, ${codeOf((jsonOf(answer.text) as { code?: unknown } | null)?.code)}`,
      )
  }
}
