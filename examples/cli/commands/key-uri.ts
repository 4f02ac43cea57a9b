import { Secret } from 'keystep'
import { buildKeyUri } from 'keystep/otp'
import { type Call, DATA, type Report } from '../command.ts'
import { asArgument, KEY_OPTIONS, readKey } from '../secret-input.ts'
import { explain } from '../words.ts'
import { signedIn } from './signed-in.ts'

export const KEY_URI_OPTIONS = {
  ...KEY_OPTIONS,
  issuer: { value: 'TEXT', help: 'who issued the key, with --key; default keystep demo' },
  account: { value: 'TEXT', help: 'whose key it is, with --key; default demo' },
  ...DATA,
}
export const KEY_URI_HELP =
  'It is that of the enrollment in progress, which needs a session, or of the key in --key, --uri or KEYSTEP_DEMO_KEY.'

/** Runs what shows a key URI: one that was given, or that of the enrollment in progress. */
export async function withKeyUri(
  call: Call,
  act: (keyUri: Secret<string>) => Promise<Report>,
): Promise<Report> {
  const { values } = call
  const isGiven = (values['key'] ?? values['uri'] ?? process.env['KEYSTEP_DEMO_KEY']) !== undefined
  if (isGiven) return act(await givenKeyUri(call))
  return signedIn(call, async ({ portal, session }) => {
    const pending = await portal.twoFactor.totp.pending(session)
    return pending.outcome === 'accepted'
      ? act(pending.keyUri)
      : { outcome: 'rejected', lines: [explain(pending)], json: pending }
  })
}

async function givenKeyUri(call: Call): Promise<Secret<string>> {
  const { values } = call
  const { key, algorithm, digits, periodSeconds } = await readKey(call)
  if (values['uri'] !== undefined) return new Secret(values['uri'])
  const { issuer = 'keystep demo', account = 'demo' } = values
  return asArgument(() => buildKeyUri({ key, issuer, account, algorithm, digits, periodSeconds }))
}
