import { MANAGE_FACTORS, type StepUpGrant } from 'keystep'
import { contextOf } from './request-context.ts'
import type { Visit } from './visit.ts'

/** A door that is open, with the permit that opened it; or where the user has to go first. */
export type Door =
  { isOpen: true; permit: string; grant: StepUpGrant } | { isOpen: false; answer: Response }

/**
 * Asks at the door itself whether this session may do what `purpose` says, such as `'dns'`. keystep
 * decides; a code, or the password, is asked for on a page of its own, which leads on to `then`, a
 * page of the portal.
 */
export async function openDoor(c: Visit, purpose: string, then: string): Promise<Door> {
  const {
    portal: { twoFactor, data, now },
    member: { session },
  } = c.var
  const { permit } = await data.stepUps.find(session.sessionId, purpose, now())
  const opened = permit === null ? null : await openWith(c, purpose, permit)
  if (opened) return opened
  const decision = await twoFactor.stepUp.begin({ ...session, purpose, context: contextOf(c) })
  switch (decision.next) {
    case 'proceed':
      await data.stepUps.keepPermit(session.sessionId, purpose, decision)
      // Null: another tab has changed something within this millisecond.
      return (
        (await openWith(c, purpose, decision.permit)) ?? {
          isOpen: false,
          answer: c.redirect(then, 303),
        }
      )
    case 'challenge':
      return { isOpen: false, answer: c.redirect(verifyAddress(purpose, then), 303) }
    case 'confirm_first_factor':
      return {
        isOpen: false,
        answer: c.redirect(`/confirm-password?${new URLSearchParams({ then })}`, 303),
      }
  }
}

/** Null for a permit that is over: spent, or ended by another change. */
async function openWith(c: Visit, purpose: string, permit: string): Promise<Door | null> {
  const {
    portal: { twoFactor },
    member: {
      session: { userId, sessionId, securityStamp },
    },
  } = c.var
  const checked = await twoFactor.stepUp.check({
    permit,
    userId,
    sessionId,
    purpose,
    securityStamp,
  })
  return checked.outcome === 'accepted' ? { isOpen: true, permit, grant: checked.grant } : null
}

export function verifyAddress(purpose: string, then: string): string {
  return `/security/verify?${new URLSearchParams({ purpose, then })}`
}

/** A page of this portal that a form may lead on to; anything else is the security page. */
export function pageOf(then: string | undefined): string {
  return then !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(then) ? then : '/security'
}

/** What a permit may be asked for by a form: one of our purposes, or a change of factors. */
export function purposeOf(typed: string | undefined): string {
  return typed !== undefined && /^[a-z][a-z._-]{0,63}$/.test(typed) ? typed : MANAGE_FACTORS
}
