import { Hono } from 'hono'
import { MANAGE_FACTORS } from 'keystep'
import { endDeviceCookie } from 'keystep/http'
import { leaveNotice } from '../../pages/notice.ts'
import { words } from '../../pages/words.ts'
import type { Portal } from '../../portal.ts'
import { contextOf } from '../../request-context.ts'
import { verifyAddress } from '../../step-up.ts'
import { typed, type PortalEnv, type Visit } from '../../visit.ts'

/**
 * The buttons of the security page. What weakens the account leads to a code first; what does not
 * is done at once.
 */
export function own({ twoFactor }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.post('/security/disable', (c) => askToRemove(c))
  app.post('/security/backup-codes', (c) =>
    c.redirect(verifyAddress(MANAGE_FACTORS, 'backup-codes'), 303),
  )
  app.post('/security/factors/:id/remove', (c) => askToRemove(c, c.req.param('id')))
  app.post('/security/factors/:id', async (c) => {
    const { name } = await typed(c, 'name')
    const { userId } = c.var.member.session
    const label = name.trim()
    if (label !== '') {
      const { outcome } = await twoFactor.factors.rename({
        userId,
        factorId: c.req.param('id'),
        label,
        context: contextOf(c),
      })
      leaveNotice(c, outcome === 'accepted' ? 'The name was changed.' : 'That is gone already.')
    }
    return c.redirect('/security', 303)
  })
  app.post('/security/devices/revoke-all', async (c) => {
    await twoFactor.devices.revokeAll({
      userId: c.var.member.session.userId,
      context: contextOf(c),
    })
    c.header('Set-Cookie', endDeviceCookie(), { append: true })
    leaveNotice(c, 'All devices are forgotten.')
    return c.redirect('/security', 303)
  })
  app.post('/security/devices/:id/revoke', async (c) => {
    await twoFactor.devices.revoke({
      userId: c.var.member.session.userId,
      deviceId: c.req.param('id'),
      context: contextOf(c),
    })
    leaveNotice(c, 'The device is forgotten.')
    return c.redirect('/security', 303)
  })
  return app
}

/**
 * Leads to the code that removes a factor, or all. To remove the last is to turn two-factor off;
 * nobody spends a code on what will be refused.
 */
async function askToRemove(c: Visit, factorId?: string): Promise<Response> {
  const {
    portal: { twoFactor },
    member: {
      session: { userId },
    },
  } = c.var
  const { factors, required } = await twoFactor.status({ userId })
  const isAll = factorId === undefined || factors.every((factor) => factor.factorId === factorId)
  if (!isAll || !required)
    return c.redirect(verifyAddress(MANAGE_FACTORS, isAll ? 'disable' : `remove.${factorId}`), 303)
  leaveNotice(
    c,
    factorId === undefined
      ? 'Your account must use two-factor. It cannot be turned off.'
      : (words({ reason: 'required' }) as string),
    'plain',
  )
  return c.redirect('/security', 303)
}
