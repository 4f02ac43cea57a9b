import { generateKeyringKey } from 'keystep'
import type { KannelOptions } from '../sms/kannel.ts'
import type { TwilioOptions } from '../sms/twilio.ts'
import type { VonageOptions } from '../sms/vonage.ts'

/** Where text messages go: to the page /phone, or to a provider. */
export type SmsConfiguration =
  | { via: 'phone' }
  | ({ via: 'kannel' } & KannelOptions)
  | ({ via: 'twilio' } & TwilioOptions)
  | ({ via: 'vonage' } & VonageOptions)

/** Everything that can be set. Made by `configurationFrom`, or written by hand in tests. */
export interface Configuration {
  /** The name of the company, in pages, authenticator apps and messages. */
  company: string
  /** 0: any free port. */
  port: number
  panelPort: number
  /** How the world reaches the portal where a proxy stands in front; null: as it listens. */
  publicOrigin: string | null
  /** The same of the control panel. */
  panelOrigin: string | null
  keyringKey: string
  /** No key was given, so that records will not open after a restart. */
  isKeyGenerated: boolean
  /** A file of SQLite, or `:memory:`. */
  sqliteFile: string
  /** Where to keep everything in Postgres instead; null: in SQLite. */
  databaseUrl: string | null
  /** Where to keep the second factors in Redis; null: beside the portal's own tables. */
  redisUrl: string | null
  /** Password and code on one page, in one request. */
  onePage: boolean
  sms: SmsConfiguration
  /** `outbox`: to the page /outbox; else `smtp://...` or `smtps://...`. */
  mail: string
  mailFrom: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** What the environment says; a value that cannot be meant is an error, not a default. */
export function configurationFrom(environment: Environment): Configuration {
  const read = (name: string): string | undefined => environment[name]?.trim() || undefined
  const port = portOf(read, 'PORT', 3000)
  return {
    company: read('COMPANY') ?? 'Harbor Hosting',
    port,
    panelPort: portOf(read, 'PANEL_PORT', port === 0 ? 0 : port + 1),
    publicOrigin: originOf(read, 'PORTAL_ORIGIN'),
    panelOrigin: originOf(read, 'PANEL_ORIGIN'),
    // An empty one is a secret that did not arrive: it must not read as none.
    keyringKey: environment['KEYSTEP_KEYS'] ?? generateKeyringKey(),
    isKeyGenerated: environment['KEYSTEP_KEYS'] === undefined,
    sqliteFile: read('PORTAL_DATABASE') ?? ':memory:',
    databaseUrl: urlOf(read, 'DATABASE_URL', ['postgres:', 'postgresql:']),
    redisUrl: urlOf(read, 'REDIS_URL', ['redis:', 'rediss:']),
    onePage: isOn(read, 'PORTAL_ONE_PAGE'),
    sms: smsOf(read),
    mail:
      read('MAIL') === 'outbox' ? 'outbox' : (urlOf(read, 'MAIL', ['smtp:', 'smtps:']) ?? 'outbox'),
    mailFrom: read('MAIL_FROM') ?? 'Harbor Hosting <security@harbor.example>',
  }
}

type Read = (name: string) => string | undefined

function portOf(read: Read, name: string, otherwise: number): number {
  const port = Number(read(name) ?? otherwise)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`${name} is a port: 0 to 65535`)
  return port
}

function isOn(read: Read, name: string): boolean {
  const value = read(name) ?? '0'
  if (value !== '0' && value !== '1') throw new Error(`${name} is 1 or 0`)
  return value === '1'
}

function originOf(read: Read, name: string): string | null {
  const origin = read(name)
  if (origin === undefined) return null
  if (!URL.canParse(origin) || new URL(origin).origin !== origin)
    throw new Error(`${name} is written as https://portal.example`)
  return origin
}

// The value stays out of the message: there may be a password in it.
function urlOf(read: Read, name: string, protocols: readonly string[]): string | null {
  const url = read(name)
  if (url === undefined) return null
  if (!URL.canParse(url) || !protocols.includes(new URL(url).protocol))
    throw new Error(`${name} begins with ${protocols.join('// or ')}//`)
  return url
}

function smsOf(read: Read): SmsConfiguration {
  const via = read('SMS') ?? 'phone'
  const need = (name: string): string => {
    const value = read(name)
    if (value === undefined) throw new Error(`SMS=${via} needs ${name}`)
    return value
  }
  switch (via) {
    case 'phone':
      return { via }
    case 'kannel':
      return {
        via,
        url: need('KANNEL_URL'),
        username: need('KANNEL_USERNAME'),
        password: need('KANNEL_PASSWORD'),
        from: need('KANNEL_FROM'),
      }
    case 'twilio':
      return {
        via,
        accountSid: need('TWILIO_ACCOUNT_SID'),
        authToken: need('TWILIO_AUTH_TOKEN'),
        from: need('TWILIO_FROM'),
      }
    case 'vonage':
      return {
        via,
        apiKey: need('VONAGE_API_KEY'),
        apiSecret: need('VONAGE_API_SECRET'),
        from: need('VONAGE_FROM'),
      }
    default:
      throw new Error('SMS is phone, kannel, twilio or vonage')
  }
}
