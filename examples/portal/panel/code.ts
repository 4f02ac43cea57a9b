import { Hono } from 'hono'
import { html } from 'hono/html'
import { endChallengeCookie } from 'keystep/http'
import { codeForm, type CodeForm } from '../pages/code-form.ts'
import { show } from '../pages/layout.ts'
import { leaveNotice } from '../pages/notice.ts'
import { statusOf } from '../pages/words.ts'
import type { Portal } from '../portal.ts'
import { contextOf } from '../request-context.ts'
import { loginOf, logInAgain } from '../routes/try-code.ts'
import { sendSms } from '../send-sms.ts'
import { type PortalEnv, typed, type Visit } from '../visit.ts'

/**
 * The code page: attempts are counted together with those in the portal, and a code that was typed
 * there is used up here.
 */
export function code({ twoFactor, sessions, data: { logins } }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/login/code', async (c) => {
    const login = await loginOf(c)
    return login ? draw(c, { ...login, isBackup: c.req.query('with') === 'backup' }) : logInAgain(c)
  })
  app.post('/login/code', async (c) => {
    const login = await loginOf(c)
    if (!login) return logInAgain(c)
    const { code, with: kind } = await typed(c, 'code', 'with')
    const isBackup = kind === 'backup'
    // No support codes: they are good once, and what they lead to, a new enrollment, has its pages
    // in the portal.
    const factor = isDigits(code) ? undefined : 'backup_code'
    const verdict = await twoFactor.login.verify({
      challenge: login.challenge,
      code,
      factor,
      context: contextOf(c),
    })
    if (verdict.outcome === 'enroll') return logInAgain(c)
    if (verdict.outcome === 'rejected')
      return verdict.reason === 'expired'
        ? logInAgain(c)
        : draw(c, { ...login, isBackup, rejected: verdict })
    await logins.end(login.challenge)
    await sessions.open(c, verdict.grant, { failuresBefore: verdict.failuresBefore })
    c.header('Set-Cookie', endChallengeCookie(), { append: true })
    return c.redirect('/', 303)
  })
  app.post('/login/code/sms', async (c) => {
    const login = await loginOf(c)
    if (!login) return logInAgain(c)
    const { to } = await typed(c, 'to')
    const sent = await sendSms(() =>
      twoFactor.sms.send({
        challenge: login.challenge,
        to: to === 'backup' ? to : 'primary',
        context: contextOf(c),
      }),
    )
    if (sent.outcome === 'rejected')
      return sent.reason === 'expired' ? logInAgain(c) : draw(c, { ...login, rejected: sent })
    leaveNotice(c, `A code is on its way to ${sent.hint}.`, 'plain')
    return c.redirect('/login/code', 303)
  })
  return app
}

function isDigits(code: string): boolean {
  return /^[\d\s-]*$/.test(code)
}

function draw(
  c: Visit,
  { factors, isBackup = false, rejected }: Pick<CodeForm, 'factors' | 'isBackup' | 'rejected'>,
): Promise<Response> {
  // What a support code leads to has its pages in the portal.
  if (factors.some(({ kind }) => kind === 'support_code')) {
    return show(c, {
      title: 'Two-factor code',
      shape: 'card',
      body: html`<p>Our support has reset your two-factor authentication. Log in to the portal with the code that you got, and set it up anew there.</p>`,
    })
  }
  return show(c, {
    title: 'Two-factor code',
    status: rejected ? statusOf(rejected) : 200,
    shape: 'card',
    body: html`${codeForm({ action: '/login/code', factors, isBackup, rejected })}
    <ul class="ways">
      <li>${isBackup ? html`<a href="/login/code">Use a code of your app or phone</a>` : html`<a href="/login/code?with=backup">Use a backup code</a>`}</li>
      <li><a href="/login">Start over</a></li>
    </ul>`,
  })
}
