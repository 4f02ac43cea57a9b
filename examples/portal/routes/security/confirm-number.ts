import { Hono } from 'hono'
import { html } from 'hono/html'
import type { NumberOnItsWay } from '../../data/sessions.ts'
import { drawBackupCodes } from '../../pages/backup-codes-page.ts'
import { codeField } from '../../pages/code-form.ts'
import { alert } from '../../pages/field.ts'
import { show } from '../../pages/layout.ts'
import { leaveNotice } from '../../pages/notice.ts'
import { moment } from '../../pages/times.ts'
import { type Rejected, statusOf, words } from '../../pages/words.ts'
import type { Portal } from '../../portal.ts'
import { contextOf } from '../../request-context.ts'
import { typed, type PortalEnv, type Visit } from '../../visit.ts'

/** The code that a number has got proves it. */
export function confirmNumber({ twoFactor, data: { proposedPhones }, sessions }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/security/sms/confirm', (c) => {
    const { number } = c.var.member.session
    return number ? draw(c, number) : c.redirect('/security/sms', 303)
  })
  app.post('/security/sms/confirm', async (c) => {
    const { sessionId, number, firstFactorAt, userId } = c.var.member.session
    if (!number) return c.redirect('/security/sms', 303)
    const { code } = await typed(c, 'code')
    const confirmed = await twoFactor.sms.confirm({ enrollment: number.enrollment, sessionId, code, context: contextOf(c) })
    if (confirmed.outcome === 'rejected') {
      if (confirmed.reason !== 'expired') return draw(c, number, confirmed)
      leaveNotice(c, 'This took too long. Please begin again.', 'plain')
      return c.redirect('/security', 303)
    }
    await proposedPhones.withdraw(userId)
    await sessions.open(c, confirmed.grant, { firstFactorAt })
    if (confirmed.backupCodes) return drawBackupCodes(c, { codes: confirmed.backupCodes, because: 'on' })
    leaveNotice(c, 'The phone number was added.')
    return c.redirect('/security', 303)
  })
  return app
}

function draw(c: Visit, { hint, resendAt }: NumberOnItsWay, rejected?: Rejected): Promise<Response> {
  const isTooSoon = new Date(resendAt) > c.var.portal.now()
  return show(c, {
    title: 'Confirm your number',
    status: rejected ? statusOf(rejected) : 200,
    shape: 'card',
    body: html`${alert(rejected && words(rejected))}
    <form method="post" action="/security/sms/confirm" novalidate data-submit="6">
      ${codeField({ hint: `6 digits, from the message to ${hint}.`, isWrong: rejected !== undefined, sendsItself: true })}
      <button class="primary">Confirm</button>
    </form>
    <form method="post" action="/security/sms/again"><button class="secondary">Send again</button>${isTooSoon ? html` <span class="hint">from ${moment(resendAt)}</span>` : ''}</form>
    <ul class="ways"><li><a href="/security/sms">Another number</a></li><li><a href="/security">Cancel</a></li></ul>`,
  })
}
