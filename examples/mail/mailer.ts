// Tells users by mail what happens to their second factor: createTwoFactor({ onEvent: mailer({
// transport, from, addressOf }) })
import type { EventHandler, KeystepEvent } from 'keystep'
import type { Transporter } from 'nodemailer'
import { wordsFor } from './words.ts'

export interface MailerOptions {
  /** What nodemailer's `createTransport` returned. */
  transport: Pick<Transporter, 'sendMail'>
  from: string
  /**
   * The user's address as it was before the change, so that whoever took the account cannot silence
   * the mail; null for none.
   */
  addressOf: (userId: string) => Promise<string | null>
}

/**
 * keystep does not wait for a handler: a mail server that hangs delays no login. What fails here
 * goes to the `onError` of `createTwoFactor`. A portal that may not lose a mail puts the event into
 * its own queue at this place instead.
 */
export function mailer({ transport, from, addressOf }: MailerOptions): EventHandler {
  return async (event) => {
    const words = wordsFor(event)
    if (!words) return
    const to = await addressOf(event.userId)
    if (to === null) return
    // The address as an object: as a string, a comma in it would be a second recipient.
    await transport.sendMail({
      from,
      to: { name: '', address: to },
      subject: words.subject,
      text: `${words.text}\n\n${circumstances(event)}\n`,
    })
  }
}

function circumstances({ at, ip, userAgent }: KeystepEvent): string {
  const from = [ip && `from ${ip}`, userAgent && `by ${userAgent}`].filter(Boolean).join(', ')
  return `${at.toISOString()}${from === '' ? '' : `, ${from}`}`
}
