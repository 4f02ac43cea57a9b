import type { LoginGrant } from 'keystep'
import { type Call, type Command, DATA, type Report } from '../command.ts'
import { openPortal, type Portal } from '../portal/portal.ts'
import { readCode, readPassword } from '../secret-input.ts'
import { askWhoFailed, count, explain } from '../words.ts'
import { rejectedAs } from './signed-in.ts'

export const login: Command = {
  positionals: ['NAME'],
  summary: 'log in: password, then a code where two-factor is on',
  details: [
    'Logs in, and keeps the session for the commands that need one.',
    'The password comes from KEYSTEP_DEMO_PASSWORD, or is asked for, or is a line of stdin.',
    'Where two-factor is on, the code (or a backup code) comes from --code, or is asked for, or is the next line of stdin.',
  ],
  options: { code: { value: 'CODE', help: 'a code of the app, or a backup code' }, ...DATA },
  async run(call) {
    const portal = await openPortal(call.values['data'])
    const account = await portal.accounts.check(call.positionals[0] ?? '', await readPassword(call))
    if (!account) return rejectedAs('wrong_password', 'No account has this name and this password.')
    const firstFactorAt = new Date().toISOString()
    const begun = await portal.twoFactor.login.begin({
      userId: account.id,
      expectEnrolled: account.isEnrolled,
    })
    if (begun.next === 'enroll')
      return rejectedAs('required', 'This demo requires no second factor.')
    if (begun.next === 'proceed') {
      return open(
        portal,
        begun.grant,
        firstFactorAt,
        ['You are logged in. Two-factor is off. Next: enroll'],
        { because: begun.because },
      )
    }
    return answer(call, portal, begun.challenge, firstFactorAt)
  },
}

async function answer(
  call: Call,
  portal: Portal,
  challenge: string,
  firstFactorAt: string,
): Promise<Report> {
  const code = await readCode(call)
  const verdict = await portal.twoFactor.login.verify({ challenge, code })
  if (verdict.outcome === 'rejected')
    return { outcome: 'rejected', lines: [explain(verdict, code)], json: verdict }
  if (verdict.outcome === 'enroll')
    return rejectedAs('required', 'This demo issues no support codes.')
  const { grant, failuresBefore, backupCodesLeft = 0 } = verdict
  const lines = [
    'You are logged in.',
    ...askWhoFailed(failuresBefore),
    `${count(backupCodesLeft, 'backup code', 'backup codes')} left.`,
  ]
  return open(portal, grant, firstFactorAt, lines, { failuresBefore, backupCodesLeft })
}

function open(
  { folder, sessions }: Portal,
  grant: LoginGrant,
  firstFactorAt: string,
  lines: string[],
  more: object,
): Report {
  if (folder.cookie) sessions.end(folder.cookie)
  folder.cookie = sessions.open(grant, firstFactorAt).sessionId
  return { outcome: 'accepted', lines, json: { outcome: 'accepted', grant, ...more } }
}
