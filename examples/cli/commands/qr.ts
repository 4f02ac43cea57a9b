import { rmSync, writeFileSync } from 'node:fs'
import type { Secret } from 'keystep'
import { qrSvg } from 'keystep/qr'
import type { Command, Report } from '../command.ts'
import { asArgument } from '../secret-input.ts'
import { drawQr } from '../terminal/qr-drawing.ts'
import { KEY_URI_HELP, KEY_URI_OPTIONS, withKeyUri } from './key-uri.ts'
import { rejectedAs } from './signed-in.ts'

export const qr: Command = {
  positionals: [],
  summary: 'the QR code, in the terminal or as an SVG file',
  details: [
    'Draws the QR code of a key URI, in the terminal or into a file. Whoever sees it has the key.',
    KEY_URI_HELP,
  ],
  options: {
    svg: {
      value: 'FILE',
      help: 'write an SVG picture, readable by you alone, in place of a drawing',
    },
    ...KEY_URI_OPTIONS,
  },
  run: (call) =>
    withKeyUri(call, async (keyUri) => {
      const { svg } = call.values
      if (svg !== undefined) return saved(keyUri, svg)
      const { lines, fault } = asArgument(() => drawQr(keyUri))
      return lines
        ? { outcome: 'accepted', lines, json: { outcome: 'accepted' } }
        : rejectedAs('no_terminal', `${fault} Or use --svg FILE.`)
    }),
}

function saved(keyUri: Secret<string>, file: string): Report {
  const picture = asArgument(() => qrSvg(keyUri, { title: 'QR code for your authenticator app' }))
  rmSync(file, { force: true })
  writeFileSync(file, picture, { mode: 0o600, flag: 'wx' })
  const line = `The QR code is in ${file}. Delete it when the app has it: it holds the key.`
  return { outcome: 'accepted', lines: [line], json: { outcome: 'accepted', file } }
}
