import { createKeyring, createTwoFactor, type TwoFactor } from 'keystep'
import type { RecordStore } from 'keystep/stores'
import { mailer } from '../mail/mailer.ts'
import type { Configuration } from './configuration.ts'
import type { Data } from './data/data.ts'
import { mailTransport } from './mail.ts'
import { COUNTRIES, smsSender } from './sms.ts'

interface Parts {
  configuration: Configuration
  store: RecordStore
  data: Data
  now: () => Date
}

/** keystep, as this portal uses it. The control panel shares it: one store, one keyring, one realm, one enrollment. */
export function createPortalTwoFactor({ configuration, store, data, now }: Parts): TwoFactor {
  const { company, keyringKey, publicOrigin, mailFrom } = configuration
  const addressOf = async (userId: string): Promise<string | null> => (await data.users.byId(userId))?.email ?? null
  return createTwoFactor({
    issuer: company,
    store,
    keyring: createKeyring(keyringKey),
    realm: 'hosting',
    sms: {
      sender: smsSender(configuration, data, now),
      countries: COUNTRIES.map(({ callingCode }) => callingCode),
      // Phones offer the code on that domain alone; an address without a name is none.
      ...(publicOrigin !== null && { originDomain: new URL(publicOrigin).hostname }),
    },
    requirement: (userId) => data.requirements.of(userId),
    now,
    onEvent: mailer({ transport: mailTransport(configuration, data, now), from: mailFrom, addressOf }),
    onError: ({ code, message }) => { console.error(`${code}: ${message}`) },
  })
}
