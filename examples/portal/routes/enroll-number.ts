import type { Hono } from 'hono'
import { endPermit } from '../enroll-cookie.ts'
import type { Portal } from '../portal.ts'
import type { PortalEnv } from '../visit.ts'
import { isDoneOrLate, progressOf } from './enroll.ts'
import { numberRoutes } from './number-routes.ts'

/** The other way to set a second factor up before there is a session: a phone number. */
export function enrollNumber({ data: { logins } }: Portal): Hono<PortalEnv> {
  return numberRoutes({ at: '/login/enroll/sms', back: '/login/enroll' }, async (c) => {
    const progress = await progressOf(c)
    if (!progress) return isDoneOrLate(c)
    const {
      permit,
      login: { userId, number },
    } = progress
    return {
      userId,
      number,
      canBeBackup: async () => false,
      permit: async () => permit,
      keep: (next) => logins.keepNumber(permit, next),
      end: async () => {
        await logins.end(permit)
        endPermit(c)
      },
    }
  })
}
