import type { SmsOptions, TwoFactorOptions } from 'keystep'
import { acceptedOf, challenge, house, type House, SESSION } from './house.ts'

/** A message as it reached the phone. */
export interface Delivered {
  to: string
  text: string
  code: string
}

/**
 * A portal with SMS: what was sent lies in `outbox`; the sender fails as often as `failures` says.
 */
export function smsHouse(options: Partial<TwoFactorOptions> = {}, sms: Partial<SmsOptions> = {}) {
  const outbox: Delivered[] = []
  const network = { failures: 0 }
  const built = house({
    sms: {
      countries: ['+49', '+43'],
      originDomain: 'example.com',
      sender: async (message) => {
        if (network.failures > 0) {
          network.failures--
          throw new Error('the provider is down')
        }
        const text = message.text.reveal()
        outbox.push({ to: message.to.reveal(), text, code: /^\d{6}/.exec(text)![0] })
      },
      ...sms,
    },
    ...options,
  })
  return { ...built, outbox, network }
}

export type SmsHouse = ReturnType<typeof smsHouse>

/** The permit of a user without a second factor, by the password just confirmed. */
export async function firstPermit(
  { twoFactor, clock }: Pick<House, 'twoFactor' | 'clock'>,
  userId: string,
  sessionId: string = SESSION,
): Promise<string> {
  const step = await twoFactor.stepUp.begin({
    userId,
    sessionId,
    purpose: 'manage_factors',
    firstFactorAt: clock(),
  })
  if (step.next !== 'proceed') throw new Error(`expected to proceed, got ${step.next}`)
  return step.permit
}

/** Enrolls a number with a permit, through the public doors. */
export async function enrollNumber(h: SmsHouse, leave: string, number: string, backup = false) {
  const begun = acceptedOf(
    await h.twoFactor.sms.enroll({ permit: leave, sessionId: SESSION, number, backup }),
  )
  return acceptedOf(
    await h.twoFactor.sms.confirm({
      enrollment: begun.enrollment,
      sessionId: SESSION,
      code: h.outbox.at(-1)!.code,
    }),
  )
}

/** A user with one number and nothing else. */
export async function enrollSms(h: SmsHouse, userId: string, number = '+4915112345678') {
  const confirmed = await enrollNumber(h, await firstPermit(h, userId), number)
  h.clock.advance({ seconds: 30 })
  return { number, factorId: confirmed.factorId, backupCodes: confirmed.backupCodes!.reveal() }
}

/** Asks for a code for a challenge, and reads it off the phone. */
export async function texted(
  h: SmsHouse,
  to: string,
  more: { sessionId?: string; to?: 'primary' | 'backup' } = {},
): Promise<string> {
  acceptedOf(await h.twoFactor.sms.send({ challenge: to, ...more }))
  return h.outbox.at(-1)!.code
}

/** A login up to its code on the phone. */
export async function challengeWithCode(
  h: SmsHouse,
  userId: string,
): Promise<{ challenge: string; code: string }> {
  const asked = await challenge(h.twoFactor, userId)
  return { challenge: asked, code: await texted(h, asked) }
}

/** A permit to manage factors, bought with an SMS code. */
export async function smsPermit(h: SmsHouse, userId: string): Promise<string> {
  const step = await h.twoFactor.stepUp.begin({
    userId,
    sessionId: SESSION,
    purpose: 'manage_factors',
  })
  if (step.next !== 'challenge') throw new Error(`expected a challenge, got ${step.next}`)
  const code = await texted(h, step.challenge, { sessionId: SESSION })
  return acceptedOf(
    await h.twoFactor.stepUp.verify({ challenge: step.challenge, code, sessionId: SESSION }),
  ).permit
}

/** A code of six digits that the phone did not get. */
export function notThe(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0')
}
