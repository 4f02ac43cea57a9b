import { randomBytes } from '../crypto/random.ts'
import { Secret } from '../crypto/secret.ts'
import { KeystepError } from '../errors.ts'
import type { RequestContext } from '../record/events.ts'
import { hintOf } from './phone-number.ts'
import { recordMac } from '../record/record-mac.ts'
import { requireThat, type Settings } from '../record/settings.ts'
import type { SmsSettings } from '../record/sms-options.ts'
import { creditSend, debitSend, type SendDebit } from './debit.ts'
import { addSend, forgivenAfterSend, forgiveSend, nextSendOf, resendAt } from './limits.ts'
import { smsText } from './text.ts'
import { newSubject, type Subject } from '../record/subject.ts'
import { gateOf, noAttempts } from '../record/throttle.ts'
import { type Decision, transact } from '../record/transact.ts'
import { SMS_CODE_DIGITS } from '../codes/recognize.ts'

const CODE_MS = 300_000

/** A message on its way. */
export interface SmsSent {
  /** The end of the number, as `•••• 1234`. */
  hint: string
  /** When the code ends. */
  expiresAt: Date
  /** From when on another may be sent. */
  resendAt: Date
}

/**
 * Why no message was sent. `too_soon`: a limit on messages, per user or per number; `locked`,
 * `exhausted`: the limits on wrong codes.
 */
export type SendRejection<R extends string = never> =
  | { outcome: 'rejected'; reason: 'too_soon' | 'locked'; retryAt: Date }
  | { outcome: 'rejected'; reason: 'exhausted' | 'expired' | R }

/** Where a code goes, and which challenge or enrollment it is bound to. */
export interface Destination {
  readonly number: string
  readonly boundTo: string
  readonly to: 'primary' | 'backup'
}

interface SendOrder<R extends string> {
  readonly userId: string
  readonly context: RequestContext | undefined
  /** Decides over the record where to send, or why not. */
  readonly choose: (
    subject: Subject | null,
    now: number,
  ) => Destination | { outcome: 'rejected'; reason: 'expired' | R }
}

/** A code that is in the record, and whose message has yet to be sent. */
interface Sending {
  readonly outcome: 'sending'
  readonly destination: Destination
  readonly subject: Subject
  readonly at: number
}

/** Throws unless the portal configured SMS. @throws `ERR_OPTION` */
export function requireSms(settings: Settings): SmsSettings {
  requireThat(settings.sms !== null, 'createTwoFactor was given no sms option')
  return settings.sms
}

/**
 * Sends a new code: the user's record is decided, then the destination debited, then the record
 * swapped, and only then the provider called, so that no race and no failure sends more than was
 * counted (V21). The code is fixed before the loop, replaces the one before it, and gives no
 * attempt back (63B-4 3.1.3.2).
 *
 * @throws `ERR_SMS_SENDER` with the provider's error, `ERR_STORE`, `ERR_CONTENTION`, `ERR_CLOCK`,
 *   and the record's codes.
 */
export async function sendCode<R extends string>(
  settings: Settings,
  { userId, context, choose }: SendOrder<R>,
): Promise<({ outcome: 'accepted'; subject: Subject } & SmsSent) | SendRejection<R>> {
  const { sender, originDomain } = requireSms(settings)
  const code = randomDigits(SMS_CODE_DIGITS)
  // A lost swap does not debit again, unless the number itself changed meanwhile.
  const debits = new Map<string, SendDebit>()
  const decideSend = (subject: Subject | null, now: number): Destination | SendRejection<R> => {
    const chosen = choose(subject, now)
    if ('outcome' in chosen) return chosen
    const gate = gateOf((subject?.attempts ?? noAttempts).codes, now, settings.limits)
    if (gate !== 'open') return { outcome: 'rejected', ...gate }
    const retryAt = subject && nextSendOf(subject.sms, now)
    return retryAt ? { outcome: 'rejected', reason: 'too_soon', retryAt } : chosen
  }
  const debitOnce = async (number: string): Promise<SendDebit | { retryAt: Date }> => {
    const debit = debits.get(number) ?? (await debitSend(settings, number))
    if ('at' in debit) debits.set(number, debit)
    return debit
  }
  const deciding = transact<Sending | SendRejection<R>>(settings, {
    userId,
    context,
    decide: async (subject, now) => {
      const chosen = decideSend(subject, now)
      if ('outcome' in chosen) return { result: chosen }
      const debit = await debitOnce(chosen.number)
      if ('retryAt' in debit)
        return { result: { outcome: 'rejected', reason: 'too_soon', retryAt: debit.retryAt } }
      return putInFlight(subject ?? newSubject(), chosen, code, now)
    },
  })
  const decided = await deciding.catch(async (error: unknown) => {
    await creditUnused(settings, debits, null)
    throw error
  })
  await creditUnused(
    settings,
    debits,
    decided.outcome === 'sending' ? decided.destination.number : null,
  )
  if (decided.outcome === 'rejected') return decided
  const { destination, subject, at } = decided
  try {
    await sender({
      to: new Secret(destination.number),
      text: new Secret(smsText(settings.issuer, code, originDomain)),
    })
  } catch (cause) {
    await giveBack(settings, userId, at)
    throw new KeystepError('ERR_SMS_SENDER', 'the SMS sender failed', { cause })
  }
  return {
    outcome: 'accepted',
    subject,
    hint: hintOf(destination.number),
    expiresAt: new Date(at + CODE_MS),
    resendAt: resendAt(at),
  }
}

/** The record with a new code in flight, in place of the one before it. */
function putInFlight(
  subject: Subject,
  destination: Destination,
  code: string,
  now: number,
): Decision<Sending> {
  const { boundTo, to } = destination
  const mac = recordMac(subject, 'sms', boundTo, code)
  const sms = {
    code: { boundTo, mac, expiresAt: now + CODE_MS, used: false },
    sentAt: addSend(subject.sms.sentAt, now),
    forgiven: forgivenAfterSend(subject.sms),
  }
  const next = { ...subject, sms }
  return {
    result: { outcome: 'sending', destination, subject: next, at: now },
    next,
    events: [{ type: 'sms.sent', to }],
  }
}

/** As well as it goes: a debit that stays makes a number wait, and sends nothing more. */
async function creditUnused(
  settings: Settings,
  debits: ReadonlyMap<string, SendDebit>,
  sentTo: string | null,
): Promise<void> {
  for (const [number, debit] of debits) {
    if (number !== sentTo) await creditSend(settings, number, debit).catch(() => null)
  }
}

/** As well as it goes: the sender's error is what the caller has to hear of. */
async function giveBack(settings: Settings, userId: string, sentAt: number): Promise<void> {
  await transact<null>(settings, {
    userId,
    decide: (subject) => ({
      result: null,
      ...(subject && { next: { ...subject, sms: forgiveSend(subject.sms, sentAt) } }),
    }),
  }).catch(() => null)
}

/**
 * Uniform decimal digits: bytes from 250 on are drawn again, so that no digit is likelier (63B-4
 * 3.2.12).
 */
function randomDigits(length: number): string {
  let digits = ''
  while (digits.length < length)
    for (const byte of randomBytes(length))
      if (byte < 250 && digits.length < length) digits += String(byte % 10)
  return digits
}
