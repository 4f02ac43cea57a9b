import { MANAGE_FACTORS } from 'keystep'
import { type Call, type Report } from '../command.ts'
import { openPortal, type Portal } from '../portal/portal.ts'
import type { Session } from '../portal/sessions.ts'
import { readCode } from '../secret-input.ts'
import { explain } from '../words.ts'

/** A portal and the session of the command line. */
export interface SignedIn {
  readonly portal: Portal
  readonly session: Session
}

/** Runs what needs a session; without one the command is rejected. */
export async function signedIn(
  call: Call,
  act: (signedIn: SignedIn) => Promise<Report>,
): Promise<Report> {
  const portal = await openPortal(call.values['data'])
  const session = portal.sessions.find(portal.folder.cookie)
  return session
    ? act({ portal, session })
    : rejectedAs('logged_out', 'You are not logged in: log in first.')
}

/**
 * Runs what changes factors or backup codes: with a permit, which costs a code once a factor is
 * there.
 */
export async function permitted(
  call: Call,
  { portal, session }: SignedIn,
  act: (permit: string) => Promise<Report>,
): Promise<Report> {
  const { stepUp } = portal.twoFactor
  const step = await stepUp.begin({ ...session, purpose: MANAGE_FACTORS })
  if (step.next === 'confirm_first_factor')
    return rejectedAs(
      'password_too_old',
      'Your password was more than 10 minutes ago: log in again.',
    )
  if (step.next === 'proceed') return act(step.permit)
  const code = await readCode(call)
  const verdict = await stepUp.verify({ ...session, challenge: step.challenge, code })
  return verdict.outcome === 'accepted'
    ? act(verdict.permit)
    : { outcome: 'rejected', lines: [explain(verdict, code)], json: verdict }
}

/** A rejection of the portal's own, which has no word of keystep's. */
export function rejectedAs(reason: string, line: string): Report {
  return { outcome: 'rejected', lines: [line], json: { outcome: 'rejected', reason } }
}
