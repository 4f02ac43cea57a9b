import { Hono } from 'hono'
import { drawLoginCode } from '../pages/login-code.ts'
import { leaveNotice } from '../pages/notice.ts'
import type { Portal } from '../portal.ts'
import { contextOf } from '../request-context.ts'
import { sendSms } from '../send-sms.ts'
import { type PortalEnv, typed } from '../visit.ts'
import { loginOf, logInAgain, tryCode } from './try-code.ts'

/** The code page: a challenge in the cookie, and no session yet. */
export function code({ twoFactor }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/login/code', async (c) => {
    const login = await loginOf(c)
    return login
      ? drawLoginCode(c, {
          ...login,
          isBackup: c.req.query('with') === 'backup',
          isRemembered: c.req.query('remember') === 'on',
        })
      : logInAgain(c)
  })
  app.post('/login/code', async (c) => {
    const login = await loginOf(c)
    if (!login) return logInAgain(c)
    const { code, remember, with: field } = await typed(c, 'code', 'remember', 'with')
    return tryCode(c, {
      ...login,
      code,
      isRemembered: remember === 'on',
      isBackup: field === 'backup',
    })
  })
  app.post('/login/code/sms', async (c) => {
    const login = await loginOf(c)
    if (!login) return logInAgain(c)
    const { to, remember } = await typed(c, 'to', 'remember')
    const isRemembered = remember === 'on'
    const sent = await sendSms(() =>
      twoFactor.sms.send({
        challenge: login.challenge,
        to: to === 'backup' ? to : 'primary',
        context: contextOf(c),
      }),
    )
    if (sent.outcome === 'rejected')
      return sent.reason === 'expired'
        ? logInAgain(c)
        : drawLoginCode(c, { ...login, isRemembered, rejected: sent })
    leaveNotice(c, `A code is on its way to ${sent.hint}.`, 'plain')
    return c.redirect(`/login/code${isRemembered ? '?remember=on' : ''}`, 303)
  })
  return app
}
