import { Hono } from 'hono'
import { MANAGE_FACTORS } from 'keystep'
import type { NumberOnItsWay } from '../../data/sessions.ts'
import { show } from '../../pages/layout.ts'
import { leaveNotice } from '../../pages/notice.ts'
import { numberForm, type NumberForm } from '../../pages/number-form.ts'
import { type Rejected, statusOf } from '../../pages/words.ts'
import { e164Of, typedNumberOf } from '../../phone-number.ts'
import type { Portal } from '../../portal.ts'
import { contextOf } from '../../request-context.ts'
import { sendSms } from '../../send-sms.ts'
import { openDoor } from '../../step-up.ts'
import { typed, type PortalEnv, type Visit } from '../../visit.ts'

/** A phone number: typed, sent a code, and confirmed on the page after. */
export function sms({ data: { proposedPhones } }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/security/sms', async (c) => {
    const door = await openDoor(c, MANAGE_FACTORS, '/security/sms')
    if (!door.isOpen) return door.answer
    const proposed = await proposedPhones.of(c.var.member.user.id)
    return draw(c, { ...(proposed === null ? { country: '', number: '' } : typedNumberOf(proposed)), backup: false, isProposed: proposed !== null })
  })
  app.post('/security/sms', async (c) => {
    const { country, number, backup } = await typed(c, 'country', 'number', 'backup')
    const e164 = e164Of({ country, number })
    const form = { country, number, backup: backup === 'on' }
    if (e164 === null) return draw(c, { ...form, rejected: { reason: 'malformed_number' } })
    const answer = await sendTo(c, { e164, backup: form.backup })
    return 'reason' in answer ? draw(c, { ...form, rejected: answer }) : answer
  })
  app.post('/security/sms/again', async (c) => {
    const { number } = c.var.member.session
    if (!number) return c.redirect('/security/sms', 303)
    const answer = await sendTo(c, number)
    if (!('reason' in answer)) return answer
    return draw(c, { ...typedNumberOf(number.e164), backup: number.backup, rejected: answer })
  })
  return app
}

/** Sends the code, and leads on to where it is typed. */
async function sendTo(c: Visit, { e164, backup }: Pick<NumberOnItsWay, 'e164' | 'backup'>): Promise<Response | Rejected> {
  const { portal: { twoFactor, data }, member: { session: { sessionId } } } = c.var
  const door = await openDoor(c, MANAGE_FACTORS, '/security/sms')
  if (!door.isOpen) return door.answer
  const sent = await sendSms(() => twoFactor.sms.enroll({ permit: door.permit, sessionId, number: e164, backup, context: contextOf(c) }))
  if (sent.outcome === 'rejected') return sent
  const { enrollment, hint, resendAt } = sent
  await data.sessions.keepNumber(sessionId, { enrollment, e164, backup, hint, resendAt: resendAt.toISOString() })
  leaveNotice(c, `A code is on its way to ${hint}.`, 'plain')
  return c.redirect('/security/sms/confirm', 303)
}

async function draw(c: Visit, form: Omit<NumberForm, 'canBeBackup'>): Promise<Response> {
  const { factors } = await c.var.portal.twoFactor.status(c.var.member.session)
  return show(c, {
    title: 'Add a phone number',
    status: form.rejected ? statusOf(form.rejected) : 200,
    shape: 'card',
    body: numberForm({ ...form, canBeBackup: factors.some(({ kind }) => kind === 'sms') }),
  })
}
