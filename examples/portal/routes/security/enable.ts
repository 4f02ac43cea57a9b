import { Hono } from 'hono'
import { html } from 'hono/html'
import { MANAGE_FACTORS } from 'keystep'
import { drawKey } from '../../pages/key-page.ts'
import { show } from '../../pages/layout.ts'
import { leaveNotice } from '../../pages/notice.ts'
import { getStarted } from '../../pages/two-factor-summary.ts'
import { words } from '../../pages/words.ts'
import type { Portal } from '../../portal.ts'
import { contextOf } from '../../request-context.ts'
import { openDoor } from '../../step-up.ts'
import { typed, type PortalEnv, type Visit } from '../../visit.ts'
import { confirmAuthenticator } from '../confirm-authenticator.ts'

const SET_UP =
  'That authenticator app is set up already. If you have not seen your backup codes, make new ones.'
const TOO_LATE = 'This took too long. Please begin again.'

/** Authenticator apps: the first one turns two-factor on. */
export function enable({ twoFactor, data }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get('/security/enable', (c) =>
    show(c, {
      title: 'Turn on two-factor',
      body: html`<div class="panel narrow">${getStarted('/security/enable')}</div>`,
    }),
  )
  app.post('/security/enable', (c) => c.redirect('/security/totp', 303))
  app.get('/security/totp', async (c) => {
    const { session, user } = c.var.member
    const pending = await pendingOf(c)
    if (pending) return drawKey(c, { action: '/security/totp', shown: pending })
    const door = await openDoor(c, MANAGE_FACTORS, '/security/totp')
    if (!door.isOpen) return door.answer
    const begun = await twoFactor.totp.enroll({
      permit: door.permit,
      sessionId: session.sessionId,
      account: user.email,
      context: contextOf(c),
    })
    if (begun.outcome === 'rejected') return back(c, words(begun) as string)
    const isKept = await data.sessions.replaceEnrollment(
      session.sessionId,
      session.enrollment,
      begun.enrollment,
    )
    return isKept
      ? drawKey(c, { action: '/security/totp', shown: begun })
      : c.redirect('/security/totp', 303)
  })
  app.post('/security/totp', async (c) => {
    const { userId, sessionId, enrollment, firstFactorAt } = c.var.member.session
    // Of the page with the backup codes, loaded again: the session is another one by now.
    if (enrollment === null)
      return back(c, (await twoFactor.status({ userId })).enrolled ? SET_UP : TOO_LATE)
    const answer = await confirmAuthenticator(c, { enrollment, sessionId, firstFactorAt })
    if (!('rejected' in answer)) return answer
    const pending = await pendingOf(c)
    switch (answer.rejected.reason) {
      case 'already_used':
        return back(c, SET_UP)
      case 'expired':
      case 'limit_reached':
        return back(c, words(answer.rejected) as string)
      case 'clock_off':
      case 'malformed_code':
      case 'wrong_code':
        return pending
          ? drawKey(c, { action: '/security/totp', shown: pending, ...answer })
          : back(c, TOO_LATE)
    }
  })
  app.post('/security/codes-saved', async (c) => {
    const { because } = await typed(c, 'because')
    leaveNotice(
      c,
      because === 'new'
        ? 'You have new backup codes. The old ones do not work any more.'
        : 'Two-factor is on',
    )
    return c.redirect('/security', 303)
  })
  return app
}

/** The same key again, also in a second tab and after a typo. */
async function pendingOf(c: Visit) {
  const { sessionId, enrollment } = c.var.member.session
  const shown =
    enrollment === null
      ? null
      : await c.var.portal.twoFactor.totp.pending({ enrollment, sessionId })
  return shown?.outcome === 'accepted' ? shown : null
}

async function back(c: Visit, sentence: string): Promise<Response> {
  const { sessionId, enrollment } = c.var.member.session
  await c.var.portal.data.sessions.replaceEnrollment(sessionId, enrollment, null)
  leaveNotice(c, sentence, 'plain')
  return c.redirect('/security', 303)
}
