import { Hono } from 'hono'
import type { NumberOnItsWay } from '../data/sessions.ts'
import { show } from '../pages/layout.ts'
import { leaveNotice } from '../pages/notice.ts'
import { drawNumberCode } from '../pages/number-code.ts'
import { numberForm, type NumberForm, type NumberPlace } from '../pages/number-form.ts'
import { statusOf } from '../pages/words.ts'
import { e164Of, typedNumberOf } from '../phone-number.ts'
import { contextOf } from '../request-context.ts'
import { sendSms } from '../send-sms.ts'
import { typed, type PortalEnv, type Visit } from '../visit.ts'
import type { Confirming } from './confirm-authenticator.ts'
import { confirmPhone } from './confirm-phone.ts'
import { isDoneOrLate } from './enroll.ts'

/** Who sets a number up, in a session or before there is one. */
export interface NumberSetUp extends Omit<Confirming, 'enrollment'> {
  userId: string
  /** Already on its way. */
  number: NumberOnItsWay | null
  /** Whether there is a number that it can stand behind. */
  canBeBackup(): Promise<boolean>
  /** Leave to enroll; or where the user has to go first. */
  permit(): Promise<string | Response>
  keep(number: NumberOnItsWay): Promise<void>
  /** After the number was confirmed. */
  end(): Promise<void>
}

/**
 * A phone number: typed, sent a code, and confirmed on the page after. `begin` finds who is here,
 * or says where to go.
 */
export function numberRoutes(
  place: NumberPlace,
  begin: (c: Visit) => Promise<NumberSetUp | Response>,
): Hono<PortalEnv> {
  const { at } = place
  const app = new Hono<PortalEnv>()
  const on =
    (act: (c: Visit, setUp: NumberSetUp) => Promise<Response>) =>
    async (c: Visit): Promise<Response> => {
      const setUp = await begin(c)
      return setUp instanceof Response ? setUp : act(c, setUp)
    }
  const draw = async (
    c: Visit,
    { canBeBackup }: NumberSetUp,
    form: Omit<NumberForm, 'place' | 'canBeBackup'>,
  ): Promise<Response> =>
    show(c, {
      title: 'Add a phone number',
      status: form.rejected ? statusOf(form.rejected) : 200,
      shape: 'card',
      body: numberForm({ ...form, place, canBeBackup: await canBeBackup() }),
    })
  app.get(
    at,
    on(async (c, setUp) => {
      const permit = await setUp.permit()
      if (permit instanceof Response) return permit
      const proposed = await c.var.portal.data.proposedPhones.of(setUp.userId)
      return draw(c, setUp, {
        ...(proposed === null ? { country: '', number: '' } : typedNumberOf(proposed)),
        backup: false,
        isProposed: proposed !== null,
      })
    }),
  )
  app.post(
    at,
    on(async (c, setUp) => {
      const { country, number, backup: box } = await typed(c, 'country', 'number', 'backup')
      const backup = box === 'on' && (await setUp.canBeBackup())
      const e164 = e164Of({ country, number })
      const answer =
        e164 === null
          ? { reason: 'malformed_number' as const }
          : await sendTo(c, place, setUp, { e164, backup })
      return 'reason' in answer
        ? draw(c, setUp, { country, number, backup, rejected: answer })
        : answer
    }),
  )
  app.post(
    `${at}/again`,
    on(async (c, setUp) => {
      if (!setUp.number) return c.redirect(at, 303)
      const answer = await sendTo(c, place, setUp, setUp.number)
      return 'reason' in answer ? drawNumberCode(c, place, setUp.number, answer) : answer
    }),
  )
  app.get(
    `${at}/confirm`,
    on(async (c, { number }) => (number ? drawNumberCode(c, place, number) : c.redirect(at, 303))),
  )
  app.post(
    `${at}/confirm`,
    on(async (c, { number, sessionId, firstFactorAt, end }) => {
      if (!number) return c.redirect(at, 303)
      const answer = await confirmPhone(c, {
        enrollment: number.enrollment,
        sessionId,
        firstFactorAt,
      })
      if (!('rejected' in answer)) {
        await end()
        return answer
      }
      const { reason } = answer.rejected
      return reason === 'expired' || reason === 'already_used'
        ? isDoneOrLate(c)
        : drawNumberCode(c, place, number, answer.rejected)
    }),
  )
  return app
}

/** Sends the code, and leads on to where it is typed; or says why not. */
async function sendTo(
  c: Visit,
  { at }: NumberPlace,
  { sessionId, permit, keep }: NumberSetUp,
  { e164, backup }: Pick<NumberOnItsWay, 'e164' | 'backup'>,
) {
  const leave = await permit()
  if (leave instanceof Response) return leave
  const sent = await sendSms(() =>
    c.var.portal.twoFactor.sms.enroll({
      permit: leave,
      sessionId,
      number: e164,
      backup,
      context: contextOf(c),
    }),
  )
  if (sent.outcome === 'rejected') return sent
  const { enrollment, hint, resendAt } = sent
  await keep({ enrollment, e164, backup, hint, resendAt: resendAt.toISOString() })
  leaveNotice(c, `A code is on its way to ${hint}.`, 'plain')
  return c.redirect(`${at}/confirm`, 303)
}
