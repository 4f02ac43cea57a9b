import { createKeyring, createTwoFactor, type TwoFactor } from 'keystep'
import type { RecordStore } from 'keystep/stores'
import { mailer } from '../mail/mailer.ts'
import type { Configuration } from './configuration.ts'
import type { Data } from './data/data.ts'
import { mailTransport } from './mail.ts'
import { policyOf } from './policy.ts'
import { COUNTRIES, smsSender } from './sms.ts'

interface Parts {
  /** The name of the application, as authenticator apps and messages show it. */
  issuer: string
  publicOrigin: string | null
  configuration: Configuration
  store: RecordStore
  data: Data
  now: () => Date
}

/**
 * keystep, as both applications use it: one store, one keyring, one realm and so one enrollment,
 * under two names.
 */
export function createPortalTwoFactor({
  issuer,
  publicOrigin,
  configuration,
  store,
  data,
  now,
}: Parts): TwoFactor {
  const { keyringKey, mailFrom } = configuration
  const addressOf = async (userId: string): Promise<string | null> =>
    (await data.users.byId(userId))?.email ?? null
  return createTwoFactor({
    issuer,
    store,
    keyring: createKeyring(keyringKey),
    realm: 'hosting',
    sms: {
      sender: smsSender(configuration, data, now),
      countries: COUNTRIES.map(({ callingCode }) => callingCode),
      // Phones offer the code on that domain alone; an address without a name is none.
      ...(publicOrigin !== null && { originDomain: new URL(publicOrigin).hostname }),
    },
    requirement: policyOf(data),
    now,
    onEvent: mailer({
      transport: mailTransport(configuration, data, now),
      from: mailFrom,
      addressOf,
    }),
    onError: ({ code, message }) => {
      console.error(`${code}: ${message}`)
    },
  })
}
