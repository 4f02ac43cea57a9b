import { Hono } from 'hono'
import { html } from 'hono/html'
import { readChallengeCookie } from 'keystep/http'
import type { LoginInProgress } from '../data/logins.ts'
import { codeForm } from '../pages/code-form.ts'
import { show } from '../pages/layout.ts'
import { leaveNotice } from '../pages/notice.ts'
import { type Rejected, statusOf } from '../pages/words.ts'
import type { Portal } from '../portal.ts'
import { contextOf } from '../request-context.ts'
import { sendSms } from '../send-sms.ts'
import { type PortalEnv, typed, type Visit } from '../visit.ts'
import { verifyLogin } from './verify-login.ts'

/** The code page: a challenge in the cookie, and no session yet. */
export function code({ twoFactor }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/login/code', async (c) => {
    const progress = await progressOf(c)
    return progress ? drawCode(c, { ...progress, isBackup: c.req.query('with') === 'backup' }) : tooLong(c)
  })
  app.post('/login/code', async (c) => {
    const progress = await progressOf(c)
    if (!progress) return tooLong(c)
    const { code, remember, with: field } = await typed(c, 'code', 'remember', 'with')
    const { login, challenge } = progress
    const answer = await verifyLogin(c, { login, challenge, code, isRemembered: remember === 'on' })
    return 'reason' in answer ? rejectCode(c, { ...progress, isBackup: field === 'backup', rejected: answer }) : answer
  })
  app.post('/login/code/sms', async (c) => {
    const progress = await progressOf(c)
    if (!progress) return tooLong(c)
    const { to } = await typed(c, 'to')
    const sent = await sendSms(() => twoFactor.sms.send({ challenge: progress.challenge, to: to === 'backup' ? to : 'primary', context: contextOf(c) }))
    if (sent.outcome === 'rejected') return rejectCode(c, { ...progress, rejected: sent })
    leaveNotice(c, `A code is on its way to ${sent.hint}.`, 'plain')
    return c.redirect('/login/code', 303)
  })
  return app
}

interface Progress {
  challenge: string
  login: LoginInProgress
}

async function progressOf(c: Visit): Promise<Progress | null> {
  const { data, now } = c.var.portal
  const challenge = readChallengeCookie(c.req.raw)
  const login = challenge === undefined ? null : await data.logins.find(challenge, now())
  return login && challenge !== undefined ? { challenge, login } : null
}

/** Also of a form that was sent twice: the second time the login is over, and the session there. */
function tooLong(c: Visit): Response {
  if (!c.var.visitor) leaveNotice(c, 'This took too long. Log in again.', 'plain')
  return c.redirect('/login', 303)
}

export function rejectCode(c: Visit, state: Progress & { isBackup?: boolean; rejected: Rejected }): Response | Promise<Response> {
  return state.rejected.reason === 'expired' ? tooLong(c) : drawCode(c, state)
}

function drawCode(c: Visit, { login: { factors }, isBackup = false, rejected }: Progress & { isBackup?: boolean; rejected?: Rejected }): Promise<Response> {
  const remember = html`<label class="check"><input type="checkbox" name="remember"> Remember this device for 30 days</label>`
  return show(c, {
    title: 'Two-factor code',
    status: rejected ? statusOf(rejected) : 200,
    shape: 'card',
    body: html`${codeForm({ action: '/login/code', factors, isBackup, rejected, more: remember })}
    <ul class="ways">
      <li>${isBackup ? html`<a href="/login/code">Use a code of your app or phone</a>` : html`<a href="/login/code?with=backup">Use a backup code</a>`}</li>
      <li><a href="/help#lost-phone">Lost your phone?</a></li>
      <li><a href="/login">Start over</a></li>
    </ul>`,
  })
}
