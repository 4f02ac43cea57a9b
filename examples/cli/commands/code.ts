import { generateTotp } from 'keystep/otp'
import { asArgument, KEY_HELP, KEY_OPTIONS, type PhoneKey, readKey } from '../secret-input.ts'
import { type Command, UsageError } from '../command.ts'

/** The authenticator: the code of a key. */
export const code: Command = {
  positionals: [],
  summary: 'the code that an authenticator shows now',
  details: ['Prints the code of a key, as an authenticator app would show it.', KEY_HELP],
  options: {
    ...KEY_OPTIONS,
    at: { value: 'INSTANT', help: 'the code of another instant, as 2026-11-22T10:00:00Z' },
  },
  async run(call) {
    const key = await readKey(call)
    const { code: shown, secondsLeft } = codeAt(key, instantOf(call.values['at']))
    return { outcome: 'accepted', lines: [shown], json: { code: shown, secondsLeft } }
  },
}

/** What an authenticator shows at an instant, and for how long. */
export function codeAt(
  { key, ...params }: PhoneKey,
  at: Date,
): { code: string; secondsLeft: number } {
  const secondsLeft = Math.ceil(
    params.periodSeconds - ((at.getTime() / 1000) % params.periodSeconds),
  )
  return { code: asArgument(() => generateTotp(key, { at, ...params })), secondsLeft }
}

function instantOf(text: string | undefined): Date {
  const at = text === undefined ? new Date() : new Date(text)
  if (Number.isNaN(at.getTime()))
    throw new UsageError('--at is an instant, as 2026-11-22T10:00:00Z')
  return at
}
