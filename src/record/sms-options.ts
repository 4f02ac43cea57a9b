import type { Secret } from '../crypto/secret.ts'
import { KeystepError } from '../errors.ts'
import { checkCeilings, type SmsCeilings } from './sms-ceiling-options.ts'

/** One message to one phone: both parts are secrets, revealed by the sender alone. */
export interface SmsMessage {
  /** The number in E.164, such as `+4915112345678`. */
  to: Secret<string>
  /** GSM-7 text with the code, ready to send as it is. */
  text: Secret<string>
}

/** Hands a message to the provider; rejecting means that it was not taken. */
export type SmsSender = (message: SmsMessage) => Promise<void>

/** The `sms` option of `createTwoFactor`. */
export interface SmsOptions {
  sender: SmsSender
  /**
   * Allow-list of calling codes, such as `['+49', '+43']`, or longer prefixes; without one no
   * number is taken (toll fraud, V21).
   */
  countries: readonly string[]
  /**
   * The domain of the login page, such as `'example.com'`: phones then fill the code in on that
   * page alone.
   */
  originDomain?: string | undefined
  /**
   * What all messages together may be, per calling code and in total; told of by events when near
   * and when reached.
   */
  ceilings?: SmsCeilings | undefined
}

export type SmsSettings = Readonly<SmsOptions>

export function resolveSms(options: SmsOptions): SmsSettings {
  const { sender, countries, originDomain, ceilings } = options
  const list: unknown = countries
  const isPrefix = (prefix: unknown): boolean =>
    typeof prefix === 'string' && /^\+[1-9]\d{0,6}$/.test(prefix)
  if (typeof sender !== 'function') throw new KeystepError('ERR_OPTION', 'sms.sender is a function')
  if (!Array.isArray(list) || list.length === 0 || !list.every(isPrefix)) {
    throw new KeystepError('ERR_OPTION', "sms.countries lists calling codes such as '+49'")
  }
  if (
    originDomain !== undefined &&
    !(typeof (originDomain as unknown) === 'string' && /^[a-z0-9.-]{1,80}$/i.test(originDomain))
  ) {
    throw new KeystepError('ERR_OPTION', 'sms.originDomain is a domain name')
  }
  checkCeilings(ceilings)
  return { sender, countries: [...countries], originDomain, ceilings: structuredClone(ceilings) }
}
