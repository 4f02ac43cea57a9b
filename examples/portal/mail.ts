import { createTransport } from 'nodemailer'
import type { MailerOptions } from '../mail/mailer.ts'
import type { Configuration } from './configuration.ts'
import type { Data } from './data/data.ts'

/** The mail server that is configured; in development mails go to the page /outbox. */
export function mailTransport(
  { mail }: Configuration,
  { mails }: Data,
  now: () => Date,
): MailerOptions['transport'] {
  if (mail !== 'outbox') return createTransport(mail)
  return createTransport({
    name: 'outbox',
    version: '1',
    send: ({ data: { to, subject = '', text } }, done) => {
      const mail = {
        address: (to as { address: string }).address,
        subject,
        body: text as string,
        at: now().toISOString(),
      }
      mails.add(mail).then(
        () => {
          done(null, undefined)
        },
        (error: unknown) => {
          done(error as Error, undefined)
        },
      )
    },
  })
}
