import type { SmsSender } from 'keystep'
import { kannelSender } from '../sms/kannel.ts'
import { twilioSender } from '../sms/twilio.ts'
import { vonageSender } from '../sms/vonage.ts'
import type { Configuration } from './configuration.ts'
import type { Data } from './data/data.ts'

/**
 * Where the company has customers: no number of another country gets a message that costs money
 * (toll fraud).
 */
export const COUNTRIES: readonly {
  iso:
    | 'AT'
    | 'BE'
    | 'CA'
    | 'CH'
    | 'DE'
    | 'DK'
    | 'ES'
    | 'FR'
    | 'GB'
    | 'IE'
    | 'IT'
    | 'LU'
    | 'NL'
    | 'PL'
    | 'SE'
    | 'US'
  name: string
  callingCode: string
}[] = [
  { iso: 'AT', name: 'Austria', callingCode: '+43' },
  { iso: 'BE', name: 'Belgium', callingCode: '+32' },
  { iso: 'CA', name: 'Canada', callingCode: '+1' },
  { iso: 'DK', name: 'Denmark', callingCode: '+45' },
  { iso: 'FR', name: 'France', callingCode: '+33' },
  { iso: 'DE', name: 'Germany', callingCode: '+49' },
  { iso: 'IE', name: 'Ireland', callingCode: '+353' },
  { iso: 'IT', name: 'Italy', callingCode: '+39' },
  { iso: 'LU', name: 'Luxembourg', callingCode: '+352' },
  { iso: 'NL', name: 'Netherlands', callingCode: '+31' },
  { iso: 'PL', name: 'Poland', callingCode: '+48' },
  { iso: 'ES', name: 'Spain', callingCode: '+34' },
  { iso: 'SE', name: 'Sweden', callingCode: '+46' },
  { iso: 'CH', name: 'Switzerland', callingCode: '+41' },
  { iso: 'GB', name: 'United Kingdom', callingCode: '+44' },
  { iso: 'US', name: 'United States', callingCode: '+1' },
]

/** The sender that is configured; in development the message goes to the page /phone. */
export function smsSender({ sms }: Configuration, { messages }: Data, now: () => Date): SmsSender {
  switch (sms.via) {
    case 'phone':
      return ({ to, text }) =>
        messages.add({ recipient: to.reveal(), body: text.reveal(), at: now().toISOString() })
    case 'kannel':
      return kannelSender(sms)
    case 'twilio':
      return twilioSender(sms)
    case 'vonage':
      return vonageSender(sms)
  }
}
