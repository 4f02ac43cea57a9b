import { MANAGE_FACTORS } from 'keystep'
import { dnsChangeOf, sentenceOf } from '../../dns-change.ts'
import { drawBackupCodes } from '../../pages/backup-codes-page.ts'
import { leaveNotice } from '../../pages/notice.ts'
import { words } from '../../pages/words.ts'
import { contextOf } from '../../request-context.ts'
import type { Visit } from '../../visit.ts'
import { changeZone } from '../dns.ts'

/** A change that is made by the very code that was asked for it. */
export interface Change {
  /** What the permit has to be for. */
  purpose: string
  /** Above the code field: what the code will do. */
  sentence: string
  make(c: Visit, permit: string): Promise<Response>
}

const disable: Change = {
  purpose: MANAGE_FACTORS,
  sentence:
    'To turn off two-factor, type a code one more time. Your authenticators, numbers, backup codes and remembered devices are removed.',
  make: async (c, permit) => {
    const {
      portal: { twoFactor, data },
      member: {
        session: { sessionId },
      },
    } = c.var
    const removed = await twoFactor.factors.removeAll({ permit, sessionId, context: contextOf(c) })
    if (removed.outcome === 'rejected') return done(c, removed)
    await data.sessions.keepStamp(sessionId, removed.securityStamp)
    return done(c, 'Two-factor is off')
  },
}

const newBackupCodes: Change = {
  purpose: MANAGE_FACTORS,
  sentence: 'To make new backup codes, type a code. The backup codes that you have stop working.',
  make: async (c, permit) => {
    const {
      portal: { twoFactor },
      member: {
        session: { sessionId },
      },
    } = c.var
    const made = await twoFactor.backupCodes.regenerate({
      permit,
      sessionId,
      context: contextOf(c),
    })
    return made.outcome === 'accepted'
      ? drawBackupCodes(c, { codes: made.backupCodes, because: 'new' })
      : done(c, made)
  },
}

const remove = (factorId: string): Change => ({
  purpose: MANAGE_FACTORS,
  sentence: 'To remove this authenticator or number, type a code, of this or another one.',
  make: async (c, permit) => {
    const {
      portal: { twoFactor, data },
      member: {
        session: { sessionId },
      },
    } = c.var
    const removed = await twoFactor.factors.remove({
      permit,
      sessionId,
      factorId,
      context: contextOf(c),
    })
    if (removed.outcome === 'rejected') return done(c, removed)
    await data.sessions.keepStamp(sessionId, removed.securityStamp)
    return done(c, removed.enrolled ? 'It was removed.' : 'It was removed. Two-factor is off')
  },
})

/**
 * The change of this name: `disable`, `backup-codes`, `remove.` with the factor's id, or the
 * address of a change of DNS. Null: it is a page.
 */
export function changeOf(name: string): Change | null {
  if (name === 'disable') return disable
  if (name === 'backup-codes') return newBackupCodes
  const zone = dnsChangeOf(name)
  if (zone) return { purpose: 'dns', sentence: sentenceOf(zone), make: (c) => changeZone(c, zone) }
  const factorId = /^remove\.([\w-]{1,64})$/.exec(name)?.[1]
  return factorId === undefined ? null : remove(factorId)
}

async function done(
  c: Visit,
  what: string | { reason: 'expired' | 'not_found' | 'required' },
): Promise<Response> {
  if (typeof what === 'string') leaveNotice(c, what)
  else leaveNotice(c, words(what) as string, 'plain')
  return c.redirect('/security', 303)
}
