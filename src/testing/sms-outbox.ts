import { KeystepError } from '../errors.ts'
import { parsePhoneNumber } from '../sms/phone-number.ts'
import type { SmsMessage, SmsSender } from '../record/sms-options.ts'

/** A message as it reached a phone, in the open: an outbox is for tests alone. */
export interface DeliveredSms {
  /** E.164. */
  readonly to: string
  /** The whole message. */
  readonly text: string
  /** The code in it, 6 digits. */
  readonly code: string
}

/** Every phone of a test: what was sent lies here, and nothing leaves the process. */
export interface SmsOutbox {
  /** Pass it as `sms.sender`. */
  readonly sender: SmsSender
  /** All messages so far, the oldest first. */
  readonly messages: readonly DeliveredSms[]
  /** The newest message to anybody; undefined before the first. */
  readonly last: DeliveredSms | undefined
  /**
   * The code of the newest message to a number, which may be written with spaces and dashes.
   *
   * @throws `ERR_OPTION` when no message went there, so that a test fails where it went wrong
   */
  codeTo(number: string): string
  /**
   * The next sends reject, as when the provider is down. Default 1; `Infinity` until told
   * otherwise, 0 to end it.
   */
  failNext(times?: number): void
}

/**
 * A sender that keeps messages for tests:
 * `createTwoFactor({ sms: { sender: outbox.sender, countries: ['+49'] } })`.
 */
export function smsOutbox(): SmsOutbox {
  const messages: DeliveredSms[] = []
  let failures = 0
  const deliver = ({ to, text }: SmsMessage): void => {
    if (failures > 0) {
      failures--
      throw new Error('the provider is down, as the test asked')
    }
    messages.push(deliveredSms(to.reveal(), text.reveal()))
  }
  return {
    sender: (message) =>
      new Promise((resolve) => {
        deliver(message)
        resolve()
      }),
    get messages() {
      return [...messages]
    },
    get last() {
      return messages.at(-1)
    },
    codeTo: (number) => {
      const to = parsePhoneNumber(number)
      const found = messages.findLast((message) => message.to === to)
      if (!found)
        throw new KeystepError(
          'ERR_OPTION',
          `no message went to that number; there are ${messages.length} to others`,
        )
      return found.code
    },
    failNext: (times = 1) => {
      if (!(times >= 0))
        throw new KeystepError('ERR_OPTION', 'failNext takes how often the sender fails')
      failures = times
    },
  }
}

function deliveredSms(to: string, text: string): DeliveredSms {
  const code = /^\d{6}(?!\d)/.exec(text)?.[0]
  if (code === undefined)
    throw new KeystepError(
      'ERR_OPTION',
      "the message does not begin with a code: it is none of keystep's",
    )
  return Object.freeze({ to, text, code })
}
