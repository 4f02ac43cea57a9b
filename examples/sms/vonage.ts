// Vonage's SMS API: https://developer.vonage.com/en/api/sms
import type { SmsSender } from 'keystep'
import { isGsm7 } from './gsm7.ts'
import { basic, codeOf, jsonOf, post, SmsNotTaken } from './post.ts'

export interface VonageOptions {
  apiKey: string
  apiSecret: string
  /** A number of yours, or up to 11 letters and digits where the country allows it. */
  from: string
  url?: string
  timeoutMs?: number
}

export function vonageSender({
  apiKey,
  apiSecret,
  from,
  url = 'https://rest.nexmo.com',
  timeoutMs,
}: VonageOptions): SmsSender {
  const headers = { Authorization: basic(apiKey, apiSecret), Accept: 'application/json' }
  return async ({ to, text }) => {
    const message = text.reveal()
    const form = new URLSearchParams({
      from,
      to: to.reveal().slice(1), // E.164 without its plus sign
      text: message,
      type: isGsm7(message) ? 'text' : 'unicode',
      ttl: '300000', // milliseconds: the code's life
    })
    const answer = await post('Vonage', `${url}/sms/json`, headers, form, timeoutMs)
    const { messages } = (jsonOf(answer.text) ?? {}) as { messages?: unknown }
    const parts = (Array.isArray(messages) ? messages : []) as ({ status?: unknown } | null)[]
    const refused = parts.find((part) => part?.status !== '0')
    // A refusal comes with HTTP 200: taken is what says so in every part.
    // https://developer.vonage.com/en/messaging/sms/guides/troubleshooting-sms
    if (!answer.ok || parts.length === 0 || refused !== undefined)
      throw new SmsNotTaken('Vonage', `HTTP ${answer.status}, ${codeOf(refused?.status)}`)
  }
}
