import type { Database } from './database.ts'

export interface Message {
  recipient: string
  body: string
  at: string
}

/** Text messages that reached no network: the page /phone in development. */
export interface Messages {
  add(message: Message): Promise<void>
  newest(most: number): Promise<Message[]>
}

export function createMessages({ query }: Database): Messages {
  return {
    add: async ({ recipient, body, at }) => {
      await query('INSERT INTO messages (recipient, body, at) VALUES ($1, $2, $3)', [
        recipient,
        body,
        at,
      ])
    },
    newest: (most) =>
      query<Message>('SELECT recipient, body, at FROM messages ORDER BY number DESC LIMIT $1', [
        most,
      ]),
  }
}
