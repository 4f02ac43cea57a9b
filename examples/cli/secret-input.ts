import { KeystepError } from 'keystep'
import { OtpKey, parseKeyUri, type OtpAlgorithm } from 'keystep/otp'
import { type Call, UsageError } from './command.ts'
import { Left } from './terminal/prompt.ts'

/**
 * The password: from `KEYSTEP_DEMO_PASSWORD`, or typed without an echo, or a line of stdin. Never
 * from argv, which others can list.
 */
export async function readPassword({ prompt }: Call, question = 'Password: '): Promise<string> {
  const given = process.env['KEYSTEP_DEMO_PASSWORD']
  return (
    given ??
    (await orUsage(
      prompt.askSecret(question),
      'a password is needed: in KEYSTEP_DEMO_PASSWORD or on stdin',
    ))
  )
}

/** A code: from `--code`, or typed, or a line of stdin. */
export async function readCode({ values, prompt }: Call): Promise<string> {
  return (
    values['code'] ??
    (await orUsage(prompt.ask('Code: '), 'a code is needed: in --code or on stdin'))
  )
}

/** An authenticator's key with all that belongs to it. */
export interface PhoneKey {
  key: OtpKey
  algorithm: OtpAlgorithm
  digits: 6 | 7 | 8
  periodSeconds: number
}

export const KEY_OPTIONS = {
  key: { value: 'BASE32', help: 'the key as it is typed into an app' },
  uri: { value: 'URI', help: 'the key URI, as the QR code holds it' },
}
export const KEY_HELP =
  'The key comes from --key or --uri, or, so that it does not stand in the list of processes, from KEYSTEP_DEMO_KEY or a line of stdin, in either form.'

/** @throws UsageError for a key that cannot be read; the message never holds it. */
export async function readKey({ values, prompt }: Call): Promise<PhoneKey> {
  const given = values['key'] ?? values['uri'] ?? process.env['KEYSTEP_DEMO_KEY']
  const text =
    given ??
    (await orUsage(
      prompt.askSecret('Key, or key URI: '),
      'a key is needed: --key, --uri, KEYSTEP_DEMO_KEY or stdin',
    ))
  return asArgument(() =>
    text.trim().toLowerCase().startsWith('otpauth:') ? fromUri(text.trim()) : fromBase32(text),
  )
}

function fromBase32(text: string): PhoneKey {
  return {
    key: OtpKey.fromBase32(text, { allowShortKey: true }),
    algorithm: 'SHA1',
    digits: 6,
    periodSeconds: 30,
  }
}

function fromUri(text: string): PhoneKey {
  const uri = parseKeyUri(text)
  if (uri.type !== 'totp')
    throw new UsageError('the key URI is one of counted codes (hotp), not of codes by time')
  return uri
}

/** A mistake in an argument is one of usage, not of operation. */
export function asArgument<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof KeystepError)
      throw new UsageError(`${error.code}: ${error.message}`, { cause: error })
    throw error
  }
}

async function orUsage(answer: Promise<string>, fault: string): Promise<string> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Left && !error.byInterrupt) throw new UsageError(fault, { cause: error })
    throw error
  }
}
