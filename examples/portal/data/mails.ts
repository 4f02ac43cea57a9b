import type { Database } from './database.ts'

export interface Mail {
  address: string
  subject: string
  body: string
  at: string
}

/** What would have been mailed: the page /outbox in development. */
export interface Mails {
  add(mail: Mail): Promise<void>
  newest(most: number): Promise<Mail[]>
}

export function createMails({ query }: Database): Mails {
  return {
    add: async ({ address, subject, body, at }) => {
      await query('INSERT INTO mails (address, subject, body, at) VALUES ($1, $2, $3, $4)', [
        address,
        subject,
        body,
        at,
      ])
    },
    newest: (most) =>
      query<Mail>('SELECT address, subject, body, at FROM mails ORDER BY number DESC LIMIT $1', [
        most,
      ]),
  }
}
