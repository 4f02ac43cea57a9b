import { Hono } from 'hono'
import { html } from 'hono/html'
import type { LoginInProgress } from '../data/logins.ts'
import { endPermit, readPermit } from '../enroll-cookie.ts'
import { drawKey } from '../pages/key-page.ts'
import { show } from '../pages/layout.ts'
import { leaveNotice } from '../pages/notice.ts'
import { getStarted } from '../pages/two-factor-summary.ts'
import type { Portal } from '../portal.ts'
import { contextOf } from '../request-context.ts'
import type { PortalEnv, Visit } from '../visit.ts'
import { confirmAuthenticator } from './confirm-authenticator.ts'
import { logInAgain } from './try-code.ts'

const REQUIRED =
  'Your account asks for a second factor. It takes two minutes, and you are logged in right after it.'
const RECOVERING =
  'The code from our support was right, and is used up now. Set two-factor up anew within 10 minutes: your old app, numbers, backup codes and devices stop working then.'

/**
 * Where a second factor is required and there is none, or a support code was typed: it is set up
 * before there is a session.
 */
export function enroll({ twoFactor, data }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/login/enroll', async (c) => {
    const progress = await progressOf(c)
    if (!progress) return logInAgain(c)
    const { enrolled } = await twoFactor.status({ userId: progress.login.userId })
    return show(c, {
      title: 'Set up two-factor',
      shape: 'card',
      body: html`<p class="lead">${enrolled ? RECOVERING : REQUIRED}</p>${getStarted('/login/enroll')}
      <ul class="ways"><li><a href="/login/enroll/sms">No app? Use text messages to your phone</a></li></ul>`,
    })
  })
  app.post('/login/enroll', (c) => c.redirect('/login/enroll/totp', 303))
  app.get('/login/enroll/totp', async (c) => {
    const progress = await progressOf(c)
    if (!progress) return logInAgain(c)
    const pending = await pendingOf(c, progress)
    if (pending) return drawKey(c, { action: '/login/enroll/totp', shown: pending })
    const user = await data.users.byId(progress.login.userId)
    const begun = await twoFactor.totp.enroll({
      permit: progress.permit,
      account: user!.email,
      context: contextOf(c),
    })
    if (begun.outcome === 'rejected') return logInAgain(c)
    const isKept = await data.logins.replaceEnrollment(
      progress.permit,
      progress.login.enrollment,
      begun.enrollment,
    )
    return isKept
      ? drawKey(c, { action: '/login/enroll/totp', shown: begun })
      : c.redirect('/login/enroll/totp', 303)
  })
  app.post('/login/enroll/totp', async (c) => {
    const progress = await progressOf(c)
    if (!progress?.login.enrollment) return isDoneOrLate(c)
    const answer = await confirmAuthenticator(c, { enrollment: progress.login.enrollment })
    if ('rejected' in answer) {
      const pending = await pendingOf(c, progress)
      const isOver =
        !pending ||
        answer.rejected.reason === 'expired' ||
        answer.rejected.reason === 'already_used'
      return isOver
        ? isDoneOrLate(c)
        : drawKey(c, { action: '/login/enroll/totp', shown: pending, ...answer })
    }
    await data.logins.end(progress.permit)
    endPermit(c)
    return answer
  })
  return app
}

/**
 * A form that came too late, or twice: the first one may have turned two-factor on, and its page
 * with the backup codes was never seen.
 */
export function isDoneOrLate(c: Visit): Response {
  leaveNotice(
    c,
    'This took too long, or is done already. If you have not seen your backup codes, make new ones under Security.',
    'plain',
  )
  return c.redirect('/security', 303)
}

export interface Progress {
  permit: string
  login: LoginInProgress
}

/** Who is setting it up here, by the permit in the cookie, or null. */
export async function progressOf(c: Visit): Promise<Progress | null> {
  const { data, now } = c.var.portal
  const permit = readPermit(c)
  const login = permit === null ? null : await data.logins.find(permit, now())
  return permit !== null && login ? { permit, login } : null
}

/** The same key again, also in a second tab and after a typo. */
async function pendingOf(c: Visit, { login: { enrollment } }: Progress) {
  const shown =
    enrollment === null ? null : await c.var.portal.twoFactor.totp.pending({ enrollment })
  return shown?.outcome === 'accepted' ? shown : null
}
