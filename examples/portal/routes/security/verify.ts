import { Hono } from 'hono'
import { html } from 'hono/html'
import { MANAGE_FACTORS } from 'keystep'
import { requireSameOrigin } from 'keystep/http'
import type { StepUpRow } from '../../data/step-ups.ts'
import { codeForm } from '../../pages/code-form.ts'
import { show } from '../../pages/layout.ts'
import { leaveNotice } from '../../pages/notice.ts'
import { type Rejected, statusOf } from '../../pages/words.ts'
import type { Portal } from '../../portal.ts'
import { contextOf } from '../../request-context.ts'
import { sendSms } from '../../send-sms.ts'
import { pageOf, purposeOf, verifyAddress } from '../../step-up.ts'
import { type PortalEnv, typed, type Visit } from '../../visit.ts'
import { changeOf } from './changes.ts'

const SENTENCES: Readonly<Record<string, string>> = {
  '/security/totp': 'To add an authenticator app, type a code of one that you have.',
  '/security/sms': 'To add or change a phone number, type a code.',
  '/security/password': 'To change your password, type a code first.',
}

/**
 * Step-up: a fresh code before what matters. The form says what the code is for, so that two tabs
 * do not mix theirs.
 */
export function verify({ twoFactor, data, now }: Portal): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>()
  const sameOrigin = requireSameOrigin()

  app.get('/security/verify', async (c) => {
    // A link on another site must not bring anybody before a page that is about to change
    // something.
    if (await sameOrigin(c.req.raw)) return c.redirect('/security', 303)
    const order = orderOf({
      purpose: c.req.query('purpose'),
      then: c.req.query('then'),
      with: c.req.query('with'),
    })
    const held = await challengeOf(c, order)
    return held instanceof Response ? held : draw(c, { order, held })
  })

  app.post('/security/verify', async (c) => {
    const { code, ...fields } = await typed(c, 'code', 'purpose', 'then', 'with')
    const order = orderOf(fields)
    const { userId, sessionId } = c.var.member.session
    const held = await data.stepUps.find(sessionId, order.purpose, now())
    if (held.challenge === null) return anew(c, order)
    const verdict = await twoFactor.stepUp.verify({
      challenge: held.challenge,
      sessionId,
      code,
      context: contextOf(c),
    })
    if (verdict.outcome === 'rejected')
      return verdict.reason === 'expired'
        ? anew(c, order)
        : draw(c, { order, held, rejected: verdict })
    const { permit } = verdict
    await data.stepUps.keepPermit(sessionId, order.purpose, verdict)
    const checked = await twoFactor.stepUp.check({
      permit,
      userId,
      sessionId,
      purpose: order.purpose,
    })
    if (checked.outcome === 'accepted') {
      await data.sessions.verified(sessionId, {
        assurance: 'mfa',
        verifiedAt: checked.grant.verifiedAt.toISOString(),
      })
    }
    const change = changeOf(order.then)
    if (!change) return c.redirect(pageOf(order.then), 303)
    const answer = await change.make(c, permit)
    // Also of a change that was refused: its code was for nothing else.
    if (order.purpose === MANAGE_FACTORS) await data.stepUps.end(sessionId, order.purpose)
    return answer
  })

  app.post('/security/verify/sms', async (c) => {
    const { to, ...fields } = await typed(c, 'to', 'purpose', 'then', 'with')
    const order = orderOf(fields)
    const { sessionId } = c.var.member.session
    const held = await challengeOf(c, order)
    if (held instanceof Response) return held
    const sent = await sendSms(() =>
      twoFactor.sms.send({
        challenge: held.challenge,
        sessionId,
        to: to === 'backup' ? to : 'primary',
        context: contextOf(c),
      }),
    )
    if (sent.outcome === 'rejected')
      return sent.reason === 'expired' ? anew(c, order) : draw(c, { order, held, rejected: sent })
    leaveNotice(c, `A code is on its way to ${sent.hint}.`, 'plain')
    return c.redirect(verifyAddress(order.purpose, order.then), 303)
  })
  return app
}

interface Order {
  purpose: string
  /** A page of the portal, or the name of a change. */
  then: string
  isBackup: boolean
}

type Live = StepUpRow & { challenge: string }

function orderOf({
  purpose,
  then = '',
  with: field,
}: {
  purpose?: string | undefined
  then?: string | undefined
  with?: string | undefined
}): Order {
  const change = changeOf(then)
  return {
    purpose: change?.purpose ?? purposeOf(purpose),
    then: change ? then : pageOf(then),
    isBackup: field === 'backup',
  }
}

/** The challenge that is on its way, since a code that was sent belongs to it; else a new one. */
async function challengeOf(c: Visit, { purpose, then }: Order): Promise<Live | Response> {
  const {
    portal: { twoFactor, data, now },
    member: { session },
  } = c.var
  const held = await data.stepUps.find(session.sessionId, purpose, now())
  if (held.challenge !== null) return { ...held, challenge: held.challenge }
  const decision = await twoFactor.stepUp.begin({ ...session, purpose, context: contextOf(c) })
  // Nothing to ask for: whoever came from a page finds its door open, and a change without a factor
  // is none.
  if (decision.next !== 'challenge') return c.redirect(pageOf(then), 303)
  await data.stepUps.keepChallenge(session.sessionId, purpose, decision)
  return { challenge: decision.challenge, factors: decision.factors, permit: null }
}

/** The challenge is over: it was too late, or the form was sent twice. */
async function anew(c: Visit, { purpose, then }: Order): Promise<Response> {
  const {
    portal: { data, now },
    member: {
      session: { sessionId },
    },
  } = c.var
  const { permit } = await data.stepUps.find(sessionId, purpose, now())
  if (permit !== null) return c.redirect(pageOf(then), 303)
  await data.stepUps.end(sessionId, purpose)
  leaveNotice(c, 'That took too long, or is done already. To go on, type a new code.', 'plain')
  return c.redirect(verifyAddress(purpose, then), 303)
}

function draw(
  c: Visit,
  {
    order: { purpose, then, isBackup },
    held: { factors },
    rejected,
  }: { order: Order; held: StepUpRow; rejected?: Rejected },
): Promise<Response> {
  const here = verifyAddress(purpose, then)
  return show(c, {
    title: 'Confirm it is you',
    status: rejected ? statusOf(rejected) : 200,
    shape: 'card',
    body: html`<p class="lead">${changeOf(then)?.sentence ?? SENTENCES[then] ?? 'What comes next asks for a fresh code.'}</p>
    ${codeForm({ action: '/security/verify', factors, hidden: { purpose, then }, isBackup, rejected })}
    <ul class="ways">
      <li>${isBackup ? html`<a href="${here}">Use a code of your app or phone</a>` : html`<a href="${here}&with=backup">Use a backup code</a>`}</li>
      <li><a href="${placeOf(then)}">Cancel</a></li>
    </ul>`,
  })
}

/** The place in the navigation that a page belongs to; changes belong to the security page. */
function placeOf(then: string): string {
  return /^\/\w*/.exec(pageOf(then))![0]
}
