import { Hono } from 'hono'
import { html } from 'hono/html'
import { SHORTEST } from '../../pages/account-fields.ts'
import { alert, field } from '../../pages/field.ts'
import { show } from '../../pages/layout.ts'
import { leaveNotice } from '../../pages/notice.ts'
import { hashPassword, isPassword } from '../../password.ts'
import type { Portal } from '../../portal.ts'
import { contextOf } from '../../request-context.ts'
import { openDoor } from '../../step-up.ts'
import { typed, type PortalEnv, type Visit } from '../../visit.ts'

const HERE = '/security/password'
/**
 * A new password, by the old one and, where there is one, a fresh second factor. It ends every
 * other session, and leaves the factors.
 */
export function password({ twoFactor, data: { users, sessions }, now }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  app.get(HERE, async (c) => {
    const door = await openDoor(c, 'password', HERE)
    return door.isOpen ? draw(c) : door.answer
  })
  app.post(HERE, async (c) => {
    const door = await openDoor(c, 'password', HERE)
    if (!door.isOpen) return door.answer
    const { current, next } = await typed(c, 'current', 'next')
    const { userId, sessionId } = c.var.member.session
    if (!(await isPassword(current, await users.passwordOf(userId))))
      return draw(c, { current: 'That is not your password.' })
    if (next === current) return draw(c, { next: 'That is the password that you have.' })
    if (next.length < SHORTEST) return draw(c, { next: `Use at least ${SHORTEST} characters.` })
    await users.setPassword(userId, await hashPassword(next))
    await sessions.endOthers(userId, sessionId)
    const context = contextOf(c)
    const { securityStamp } = await twoFactor.recovery.passwordChanged({ userId, context })
    await sessions.keepStamp(sessionId, securityStamp)
    await sessions.passwordProven(sessionId, now())
    leaveNotice(c, 'Your password was changed. You are logged out everywhere else.')
    return c.redirect('/security', 303)
  })
  return app
}

function draw(c: Visit, errors: { current?: string; next?: string } = {}): Promise<Response> {
  const isTaken = Object.keys(errors).length === 0
  return show(c, {
    title: 'Change your password',
    status: isTaken ? 200 : 422,
    shape: 'card',
    body: html`${alert(isTaken ? undefined : 'Your password was not changed: please look at the fields below.')}
    <form method="post" action="${HERE}" novalidate>
      <input type="hidden" name="username" autocomplete="username" value="${c.var.member.user.email}">
      ${field({ name: 'current', label: 'Current password', type: 'password', autocomplete: 'current-password', error: errors.current, hasFocus: isTaken })}
      ${field({ name: 'next', label: 'New password', type: 'password', autocomplete: 'new-password', error: errors.next, hint: `At least ${SHORTEST} characters.` })}
      <button class="primary">Change password</button>
    </form>
    <ul class="ways"><li><a href="/security">Cancel</a></li></ul>`,
  })
}
