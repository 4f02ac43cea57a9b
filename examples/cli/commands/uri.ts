import type { Command } from '../command.ts'
import { KEY_URI_HELP, KEY_URI_OPTIONS, withKeyUri } from './key-uri.ts'

export const uri: Command = {
  positionals: [],
  summary: 'the key URI, which the QR code holds',
  details: ['Prints a key URI. Whoever sees it has the key.', KEY_URI_HELP],
  options: KEY_URI_OPTIONS,
  run: (call) =>
    withKeyUri(call, async (secret) => {
      const keyUri = secret.reveal()
      return { outcome: 'accepted', lines: [keyUri], json: { outcome: 'accepted', keyUri } }
    }),
}
