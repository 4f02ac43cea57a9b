import type { TotpEnrollment } from 'keystep'
import { type Command, DATA } from '../command.ts'
import { drawQr } from '../terminal/qr-drawing.ts'
import { isTerminal } from '../terminal/screen.ts'
import { explain } from '../words.ts'
import { permitted, signedIn } from './signed-in.ts'

export const enroll: Command = {
  positionals: [],
  summary: 'begin to add an authenticator: QR code and key',
  details: [
    'Begins to add an authenticator and shows its QR code and key; it is added by confirm, within 10 minutes. Needs a session.',
    'Where two-factor is on already, a code of an authenticator that is there is needed.',
  ],
  options: {
    label: { value: 'TEXT', help: 'what the authenticator is called in lists' },
    code: { value: 'CODE', help: 'a code of an authenticator that is there' },
    ...DATA,
  },
  run: (call) =>
    signedIn(call, async (signed) =>
      permitted(call, signed, async (permit) => {
        const { portal, session } = signed
        const account = portal.accounts.byId(session.userId).name
        const begun = await portal.twoFactor.totp.enroll({
          ...session,
          permit,
          account,
          label: call.values['label'],
        })
        if (begun.outcome === 'rejected')
          return { outcome: 'rejected', lines: [explain(begun)], json: begun }
        portal.sessions.keep({ ...session, enrollment: begun.enrollment })
        return { outcome: 'accepted', lines: linesOf(begun), json: jsonOf(begun) }
      }),
    ),
}

function linesOf({ keyUri, manualKey }: TotpEnrollment): string[] {
  const drawing = isTerminal ? drawQr(keyUri).lines : null
  return [
    `Key: ${manualKey.reveal()}`,
    ...(drawing ?? ['The QR code: qr --svg FILE']),
    'Next: confirm CODE',
  ]
}

/** For the script that enrolls, and nobody else: it holds the key. */
function jsonOf({ keyUri, manualKey, expiresAt }: TotpEnrollment): object {
  return { outcome: 'accepted', keyUri: keyUri.reveal(), manualKey: manualKey.reveal(), expiresAt }
}
