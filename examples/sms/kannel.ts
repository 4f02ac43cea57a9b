// A gateway of your own: Kannel's smsbox (https://www.kannel.org), by its "sendsms" interface.
import type { SmsSender } from 'keystep'
import { isGsm7 } from './gsm7.ts'
import { codeOf, post, SmsNotTaken } from './post.ts'

export interface KannelOptions {
  /**
   * Of smsbox, such as `http://127.0.0.1:13013/cgi-bin/sendsms`. Its `sendsms-user` is known by
   * user name and password alone: no open network between.
   */
  url: string
  username: string
  password: string
  from: string
  timeoutMs?: number
}

export function kannelSender({
  url,
  username,
  password,
  from,
  timeoutMs,
}: KannelOptions): SmsSender {
  return async ({ to, text }) => {
    const message = text.reveal()
    // By POST: in the query of a GET, the number, the code and the password would end up in every
    // access log on the way.
    const headers = {
      'Content-Type': 'text/plain; charset=UTF-8',
      'X-Kannel-Username': username,
      'X-Kannel-Password': password,
      'X-Kannel-From': from,
      'X-Kannel-To': to.reveal(),
      'X-Kannel-Coding': isGsm7(message) ? '0' : '2', // 7 bits, or UCS-2: 160 letters a part, or 70
      'X-Kannel-Validity': '5', // minutes: the code's life
    }
    const answer = await post('Kannel', url, headers, message, timeoutMs)
    // 202: "0: Accepted for delivery" or "3: Queued for later delivery".
    if (answer.status !== 202)
      throw new SmsNotTaken(
        'Kannel',
        `HTTP ${answer.status}, ${codeOf(/^(\d+):/.exec(answer.text)?.[1])}`,
      )
  }
}
