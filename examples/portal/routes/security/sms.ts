import type { Hono } from 'hono'
import { MANAGE_FACTORS } from 'keystep'
import type { Portal } from '../../portal.ts'
import { openDoor } from '../../step-up.ts'
import type { PortalEnv } from '../../visit.ts'
import { numberRoutes } from '../number-routes.ts'

/** A phone number, of whoever is logged in: the first, or the one behind it. */
export function sms({ twoFactor, data: { sessions } }: Portal): Hono<PortalEnv> {
  return numberRoutes({ at: '/security/sms', back: '/security' }, async (c) => {
    const { userId, sessionId, firstFactorAt, number } = c.var.member.session
    return {
      userId,
      sessionId,
      firstFactorAt,
      number,
      canBeBackup: async () =>
        (await twoFactor.status({ userId })).factors.some(({ kind }) => kind === 'sms'),
      permit: async () => {
        const door = await openDoor(c, MANAGE_FACTORS, '/security/sms')
        return door.isOpen ? door.permit : door.answer
      },
      keep: (next) => sessions.keepNumber(sessionId, next),
      end: async () => undefined,
    }
  })
}
